namespace Graincast.Wire;

/// <summary>Asks for a read-only descriptor of an image.</summary>
public sealed record Open(string Role, byte[] Image) : IFrame<Open>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Open;

    /// <inheritdoc/>
    public static Open Read(ref WireReader reader) => new(
        reader.Str(),                // str role
        reader.Bytes(32).ToArray()); // sha256 image

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
        writer.Bytes(Image);
    }
}
