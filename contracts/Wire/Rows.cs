namespace Graincast.Wire;

/// <summary>Rows of the feed on this stream, encoded as PROTOCOL.md says; the silo hands the bytes on as they are.</summary>
public sealed record Rows(uint Count, byte[] Encoded) : IFrame<Rows>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Rows;

    /// <inheritdoc/>
    public static Rows Read(ref WireReader reader) => new(
        reader.U32(),              // u32 rows
        reader.Rest().ToArray());  // rows × row

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32(Count);
        writer.Bytes(Encoded);
    }
}
