namespace Graincast.Wire;

/// <summary>Asks for the image of an ONNX file. The silo keeps it for the role, as one that the role trained.</summary>
public sealed record ReadOnnx(string Role, byte[] Onnx) : IFrame<ReadOnnx>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.ReadOnnx;

    /// <inheritdoc/>
    public static ReadOnnx Read(ref WireReader reader) => new(
        reader.Str(),                          // str role
        reader.Bytes(reader.U32()).ToArray()); // u32 bytes, the file

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
        writer.U32((uint)Onnx.Length);
        writer.Bytes(Onnx);
    }
}
