namespace Graincast.Wire;

/// <summary>Asks for the image of a model in LightGBM's text.</summary>
public sealed record ReadModelText(byte[] Text) : IFrame<ReadModelText>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.ReadModelText;

    /// <inheritdoc/>
    public static ReadModelText Read(ref WireReader reader) => new(
        reader.Bytes(reader.U32()).ToArray()); // u32 bytes, the text

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32((uint)Text.Length);
        writer.Bytes(Text);
    }
}
