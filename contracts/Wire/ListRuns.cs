namespace Graincast.Wire;

/// <summary>Which trainings of this database are under way, at all nodes?</summary>
public sealed record ListRuns : IFrame<ListRuns>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.ListRuns;

    /// <inheritdoc/>
    public static ListRuns Read(ref WireReader reader) => new();

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        // No payload.
    }
}
