namespace Graincast.Wire;

/// <summary>An image that was made of a file.</summary>
public sealed record ImageMade(byte[] Image) : IFrame<ImageMade>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.ImageMade;

    /// <inheritdoc/>
    public static ImageMade Read(ref WireReader reader) => new(
        reader.Bytes(reader.U32()).ToArray()); // u32 bytes, the image

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32((uint)Image.Length);
        writer.Bytes(Image);
    }
}
