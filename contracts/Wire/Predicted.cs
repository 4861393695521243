namespace Graincast.Wire;

/// <summary>The prediction, as <c>pgml.predict</c> gives it.</summary>
public sealed record Predicted(float Value) : IFrame<Predicted>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Predicted;

    /// <inheritdoc/>
    public static Predicted Read(ref WireReader reader) => new(
        reader.F32()); // f32 value

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.F32(Value);
    }
}
