using System.Buffers.Binary;
using System.Text;

namespace Graincast.Wire;

/// <summary>Reads a payload front to back. Every read checks what is left; anything that breaks PROTOCOL.md is 08P01.</summary>
public ref struct WireReader(ReadOnlySpan<byte> payload)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>The next byte.</summary>
    public byte U8() => Take(1)[0];

    /// <summary>The next byte as 0 or 1.</summary>
    public bool Bool() => U8() switch
    {
        0 => false,
        1 => true,
        byte other => throw Broken($"bool {other}"),
    };

    /// <summary>The next two bytes.</summary>
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>The next four bytes.</summary>
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>The next eight bytes.</summary>
    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>The next eight bytes as a count; more than <see cref="long.MaxValue"/> is refused.</summary>
    public long Count() => U64() is var count && count <= long.MaxValue ? (long)count : throw Broken($"count {count}");

    /// <summary>The next four bytes as a float.</summary>
    public float F32() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    /// <summary>A <c>str</c>.</summary>
    public string Str()
    {
        ReadOnlySpan<byte> bytes = Bytes(U32());
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new GraincastException(SqlState.ProtocolViolation, "text on the socket is not UTF-8", innerException: exception);
        }
    }

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes(uint count) => count <= (uint)_rest.Length ? Take((int)count) : throw Broken($"{count} bytes named, {_rest.Length} left");

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    /// <summary>08P01 unless the payload is used up.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw Broken($"{_rest.Length} bytes left over");
        }
    }

    internal static GraincastException Broken(string what) => new(
        SqlState.ProtocolViolation,
        $"a frame breaks the socket protocol: {what}",
        "Use the extension and the silo of the same Graincast release.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Broken($"{count} bytes wanted, {_rest.Length} left");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
