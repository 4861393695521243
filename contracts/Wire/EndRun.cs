namespace Graincast.Wire;

/// <summary>End a run of this role's, whoever began it.</summary>
public sealed record EndRun(ulong Run, string Role) : IFrame<EndRun>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.EndRun;

    /// <inheritdoc/>
    public static EndRun Read(ref WireReader reader) => new(
        reader.U64(),  // u64 run
        reader.Str()); // str role

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
        writer.Str(Role);
    }
}
