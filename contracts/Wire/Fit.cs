namespace Graincast.Wire;

/// <summary>Train on what was fed.</summary>
public sealed record Fit(ulong Run, long Rows) : IFrame<Fit>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Fit;

    /// <inheritdoc/>
    public static Fit Read(ref WireReader reader) => new(
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
