using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Graincast.Wire;

namespace Graincast.Security;

/// <summary>
/// A token as text: <c>payload.signature</c>, both base64url. The payload in the encoding of the socket:
/// <c>u8 version, u64 key, u64 issued_ms, u64 expires_ms, u32 backend, str role, str database, str cluster</c>; the signature is HMAC-SHA256 over the payload's
/// bytes. One token has one text: another spelling of the same bytes is refused.
/// </summary>
public static class TokenText
{
    /// <summary>The longest text that is looked at.</summary>
    public const int MaxLength = 4_096;

    private const byte Version = 1;
    private const int KeyOffset = 1;

    /// <summary>Signs.</summary>
    public static string Write(Token token, TokenKey key)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(key);
        byte[] payload = PayloadOf(token, key.Id);
        return $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key.Secret, payload))}";
    }

    /// <summary>The id of the key that the text names; null when it is no token of this version. Nothing of it is to be believed yet.</summary>
    public static long? KeyOf(string text) => Split(text) is { } parts ? KeyOf(parts.Payload) : null;

    /// <summary>What the text says; null unless it is signed by <paramref name="key"/>.</summary>
    public static Token? Read(string text, TokenKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Split(text) is var (payload, signature)
            && KeyOf(payload) == key.Id
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key.Secret, payload), signature)
            ? Read(payload)
            : null;
    }

    private static byte[] PayloadOf(Token token, long key)
    {
        var writer = new WireWriter();
        writer.U8(Version);                                         // u8 version
        writer.U64((ulong)key);                                     // u64 key
        writer.U64((ulong)token.Issued.ToUnixTimeMilliseconds());   // u64 issued_ms
        writer.U64((ulong)token.Expires.ToUnixTimeMilliseconds());  // u64 expires_ms
        writer.U32(token.Backend);                                  // u32 backend
        writer.Str(token.Role);                                     // str role
        writer.Str(token.Database);                                 // str database
        writer.Str(token.ClusterId);                                // str cluster
        return writer.ToArray();
    }

    private static long? KeyOf(ReadOnlySpan<byte> payload) =>
        payload.Length > KeyOffset + sizeof(long) && payload[0] == Version ? BinaryPrimitives.ReadInt64LittleEndian(payload[KeyOffset..]) : null;

    // A silo wrote it: its signature was verified.
    private static Token Read(byte[] payload)
    {
        var reader = new WireReader(payload.AsSpan(KeyOffset + sizeof(long)));
        var issued = DateTimeOffset.FromUnixTimeMilliseconds((long)reader.U64());
        var expires = DateTimeOffset.FromUnixTimeMilliseconds((long)reader.U64());
        uint backend = reader.U32();
        var token = new Token(reader.Str(), reader.Str(), reader.Str(), issued, expires, backend);
        reader.End();
        return token;
    }

    private static (byte[] Payload, byte[] Signature)? Split(string text)
    {
        if (text.Length > MaxLength || text.Split('.') is not [var first, var second])
        {
            return null;
        }

        return Decode(first) is { } payload && Decode(second) is { Length: HMACSHA256.HashSizeInBytes } signature ? (payload, signature) : null;
    }

    private static byte[]? Decode(string text)
    {
        // Written again and compared: base64url skips white space, and the bits of a last character that say nothing.
        var bytes = new byte[text.Length];
        return Base64Url.DecodeFromChars(text, bytes, out _, out int count) == OperationStatus.Done && Base64Url.EncodeToString(bytes.AsSpan(0, count)) == text
            ? bytes[..count]
            : null;
    }
}
