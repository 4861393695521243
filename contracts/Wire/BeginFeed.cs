namespace Graincast.Wire;

/// <summary>Opens a feed on this stream.</summary>
public sealed record BeginFeed(ulong Run) : IFrame<BeginFeed>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.BeginFeed;

    /// <inheritdoc/>
    public static BeginFeed Read(ref WireReader reader) => new(
        reader.U64()); // u64 run

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
    }
}
