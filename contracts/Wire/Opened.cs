namespace Graincast.Wire;

/// <summary>The image's size; its descriptor rides on the frame's first byte.</summary>
public sealed record Opened(long ImageBytes) : IFrame<Opened>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Opened;

    /// <inheritdoc/>
    public static Opened Read(ref WireReader reader) => new(
        reader.Count()); // u64 image_bytes

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64((ulong)ImageBytes);
    }
}
