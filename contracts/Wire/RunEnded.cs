namespace Graincast.Wire;

/// <summary>Whether the run was under way, and has been ended.</summary>
public sealed record RunEnded(bool WasUnderWay) : IFrame<RunEnded>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.RunEnded;

    /// <inheritdoc/>
    public static RunEnded Read(ref WireReader reader) => new(
        reader.Bool()); // bool was_under_way

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Bool(WasUnderWay);
    }
}
