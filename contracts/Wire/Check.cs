namespace Graincast.Wire;

/// <summary>Is the run that this connection began, or feeds, still to be had?</summary>
public sealed record Check(ulong Run) : IFrame<Check>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Check;

    /// <inheritdoc/>
    public static Check Read(ref WireReader reader) => new(
        reader.U64()); // u64 run

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
    }
}
