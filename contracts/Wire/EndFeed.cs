namespace Graincast.Wire;

/// <summary>All rows of the feed on this stream.</summary>
public sealed record EndFeed(long Rows) : IFrame<EndFeed>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.EndFeed;

    /// <inheritdoc/>
    public static EndFeed Read(ref WireReader reader) => new(
        reader.Count()); // u64 rows

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64((ulong)Rows);
    }
}
