namespace Graincast.Wire;

/// <summary>Train on what was fed, with nobody waiting: the transaction that fed it was committed.</summary>
public sealed record StartRun(ulong Run, long Rows) : IFrame<StartRun>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.StartRun;

    /// <inheritdoc/>
    public static StartRun Read(ref WireReader reader) => new(
        reader.U64(),    // u64 run
        reader.Count()); // u64 rows

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
        writer.U64((ulong)Rows);
    }
}
