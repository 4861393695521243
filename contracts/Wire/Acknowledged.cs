namespace Graincast.Wire;

/// <summary>The rows of a feed are in the trainer's hands.</summary>
public sealed record Acknowledged(long Rows) : IFrame<Acknowledged>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Acknowledged;

    /// <inheritdoc/>
    public static Acknowledged Read(ref WireReader reader) => new(
        reader.Count()); // u64 rows

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64((ulong)Rows);
    }
}
