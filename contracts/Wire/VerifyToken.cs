namespace Graincast.Wire;

/// <summary>Asks whom this backend may act for by a token that a silo issued to itself.</summary>
public sealed record VerifyToken(string Token) : IFrame<VerifyToken>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.VerifyToken;

    /// <inheritdoc/>
    public static VerifyToken Read(ref WireReader reader) => new(
        reader.Str()); // str token

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Token);
    }
}
