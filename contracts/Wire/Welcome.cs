namespace Graincast.Wire;

/// <summary>The answer to Hello.</summary>
public sealed record Welcome(ushort Version, uint Pid, string Node, string SiloVersion) : IFrame<Welcome>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Welcome;

    /// <inheritdoc/>
    public static Welcome Read(ref WireReader reader) => new(
        reader.U16(),  // u16 version
        reader.U32(),  // u32 pid
        reader.Str(),  // str node
        reader.Str()); // str silo_version

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U16(Version);
        writer.U32(Pid);
        writer.Str(Node);
        writer.Str(SiloVersion);
    }
}
