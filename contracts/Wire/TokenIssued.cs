namespace Graincast.Wire;

/// <summary>The token that was asked for.</summary>
public sealed record TokenIssued(string Token) : IFrame<TokenIssued>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.TokenIssued;

    /// <inheritdoc/>
    public static TokenIssued Read(ref WireReader reader) => new(
        reader.Str()); // str token

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Token);
    }
}
