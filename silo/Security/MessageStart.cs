using System.Buffers;

namespace Graincast.Security;

/// <summary>
/// The first bytes of what an Orleans 10 client sends. The preamble: <c>i32 bytes</c>. A message: <c>i32 header_bytes, i32 body_bytes</c>, then the header:
/// <c>u32 flags, i64 id, id sender_type, id sender_key, …</c>; an <c>id</c> is <c>varint bytes, i32 hash, bytes</c>. A test with a real client says when another
/// Orleans writes them otherwise.
/// </summary>
internal static class MessageStart
{
    private const int DirectionShift = 16;
    private const int DirectionMask = 0xf;
    private const int Request = 1;
    private const int OneWay = 3;
    private const uint HasMovedGrains = 1 << 7;

    /// <summary>
    /// The bytes of the preamble or message that <paramref name="bytes"/> starts with; null when too few are there to tell. Throws <see cref="InvalidDataException"/>
    /// when no client may send it.
    /// </summary>
    public static long? Check(ReadOnlySequence<byte> bytes, bool isPreamble)
    {
        var reader = new SequenceReader<byte>(bytes);
        if (isPreamble)
        {
            return reader.TryReadLittleEndian(out int preambleBytes) ? sizeof(int) + Bounded(preambleBytes) : null;
        }

        if (!(reader.TryReadLittleEndian(out int headerBytes) && reader.TryReadLittleEndian(out int bodyBytes)) || reader.Remaining < Bounded(headerBytes))
        {
            return null;
        }

        CheckHeader(bytes.Slice(reader.Position, headerBytes));
        return reader.Consumed + headerBytes + Bounded(bodyBytes);
    }

    private static void CheckHeader(ReadOnlySequence<byte> header)
    {
        var reader = new SequenceReader<byte>(header);
        Allow(reader.TryReadLittleEndian(out int flags) & reader.TryReadLittleEndian(out long _), "a header that is too short");
        Allow(Direction(flags) is Request or OneWay, "an answer to a call that no silo made");
        Allow(((uint)flags & HasMovedGrains) == 0, "a message that says where grains moved");
        uint typeBytes = IdBytes(ref reader);
        Allow(typeBytes == CallSource.ClientType.Length && reader.IsNext(CallSource.ClientType, advancePast: true), "a message that names another sender");
        uint keyBytes = IdBytes(ref reader);
        Allow(reader.Remaining >= keyBytes && !reader.IsNext(CallSource.SiloClientPrefix), "a message that names another sender");
    }

    private static int Direction(int flags) => (flags >> DirectionShift) & DirectionMask;

    private static long Bounded(int count) => count >= 0 ? count : throw Refused("a negative length");

    /// <summary>The length of an id, of which the hash is skipped.</summary>
    private static uint IdBytes(ref SequenceReader<byte> reader)
    {
        uint count = Varint(ref reader);
        Allow(count > 0 && reader.TryReadLittleEndian(out int _), "a sender without a name");
        return count;
    }

    // Orleans' own form: as many zero bits as bytes follow the first, then a one, then the number, little-endian.
    private static uint Varint(ref SequenceReader<byte> reader)
    {
        Allow(reader.TryPeek(out byte first), "a header that is too short");
        int bytes = int.TrailingZeroCount(first | 0x100) + 1;
        Allow(bytes <= 5 && reader.Remaining >= bytes, "a header that is too short");
        ulong number = 0;
        for (int i = 0; i < bytes; i++)
        {
            reader.TryRead(out byte next);
            number |= (ulong)next << (8 * i);
        }

        return (uint)(number >> bytes);
    }

    private static void Allow(bool isAllowed, string what)
    {
        if (!isAllowed)
        {
            throw Refused(what);
        }
    }

    private static InvalidDataException Refused(string what) => new($"a client sent {what}");
}
