namespace Graincast.Wire;

/// <summary>The first frame: who calls.</summary>
public sealed record Hello(ushort MinVersion, ushort MaxVersion, uint Pid, string Database, string ExtensionVersion) : IFrame<Hello>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Hello;

    /// <inheritdoc/>
    public static Hello Read(ref WireReader reader) => new(
        reader.U16(),  // u16 min_version
        reader.U16(),  // u16 max_version
        reader.U32(),  // u32 pid
        reader.Str(),  // str database
        reader.Str()); // str extension_version

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U16(MinVersion);
        writer.U16(MaxVersion);
        writer.U32(Pid);
        writer.Str(Database);
        writer.Str(ExtensionVersion);
    }
}
