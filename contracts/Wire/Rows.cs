namespace Graincast.Wire;

/// <summary>Rows of the feed on this stream, encoded as PROTOCOL.md says; the silo hands the bytes on as they are.</summary>
public sealed record Rows(uint Count, byte[] Encoded) : IFrame<Rows>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Rows;

    /// <inheritdoc/>
    public static Rows Read(ref WireReader reader) => new(
        Split(reader.Rest(), out ReadOnlySpan<byte> encoded),
        encoded.ToArray());

    /// <summary>The same, of a whole payload, for whoever copies the rows to where they stay.</summary>
    /// <returns>The number of rows.</returns>
    public static uint Split(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> encoded)
    {
        var reader = new WireReader(payload);
        uint count = reader.U32();  // u32 rows
        encoded = reader.Rest();    // rows × row
        return count;
    }

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32(Count);
        writer.Bytes(Encoded);
    }
}
