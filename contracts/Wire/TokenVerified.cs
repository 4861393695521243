namespace Graincast.Wire;

/// <summary>The role that the token names.</summary>
public sealed record TokenVerified(string Role) : IFrame<TokenVerified>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.TokenVerified;

    /// <inheritdoc/>
    public static TokenVerified Read(ref WireReader reader) => new(
        reader.Str()); // str role

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
    }
}
