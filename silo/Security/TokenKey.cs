namespace Graincast.Security;

/// <summary>A secret that signs tokens.</summary>
/// <param name="Id">Of graincast.token_keys; tokens name it.</param>
/// <param name="Secret">256 random bits.</param>
/// <param name="Created">When it was made, by the clock of the database.</param>
public sealed record TokenKey(long Id, byte[] Secret, DateTimeOffset Created)
{
    /// <summary>Bytes of <see cref="Secret"/>.</summary>
    public const int SecretBytes = 32;

    /// <summary>A key signs for a day.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);
}
