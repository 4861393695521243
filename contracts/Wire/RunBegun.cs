namespace Graincast.Wire;

/// <summary>The run may be fed.</summary>
public sealed record RunBegun(long Seed) : IFrame<RunBegun>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.RunBegun;

    /// <inheritdoc/>
    public static RunBegun Read(ref WireReader reader) => new(
        (long)reader.U64()); // i64 seed

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64((ulong)Seed);
    }
}
