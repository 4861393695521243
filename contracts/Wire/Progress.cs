namespace Graincast.Wire;

/// <summary>A line for people; the backend raises it as a NOTICE.</summary>
public sealed record Progress(string Text) : IFrame<Progress>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Progress;

    /// <inheritdoc/>
    public static Progress Read(ref WireReader reader) => new(
        reader.Str()); // str text

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Text);
    }
}
