namespace Graincast.Wire;

/// <summary>Forget a run.</summary>
public sealed record Cancel(ulong Run) : IFrame<Cancel>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Cancel;

    /// <inheritdoc/>
    public static Cancel Read(ref WireReader reader) => new(
        reader.U64()); // u64 run

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Run);
    }
}
