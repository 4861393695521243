namespace Graincast.Wire;

/// <summary>What came of a run that nobody waited for?</summary>
public sealed record CollectRun(ulong Run) : IFrame<CollectRun>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.CollectRun;

    /// <inheritdoc/>
    public static CollectRun Read(ref WireReader reader) => new(
        reader.U64()); // u64 run

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
    }
}
