namespace Graincast.Wire;

/// <summary>Asks for a token that lets a client act for a role in this connection's database.</summary>
public sealed record IssueToken(string Role, uint ValidMs) : IFrame<IssueToken>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.IssueToken;

    /// <inheritdoc/>
    public static IssueToken Read(ref WireReader reader) => new(
        reader.Str(),  // str role
        reader.U32()); // u32 valid_ms

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
        writer.U32(ValidMs);
    }
}
