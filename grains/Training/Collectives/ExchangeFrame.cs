using System.Buffers.Binary;

namespace Graincast.Training;

/// <summary>
/// What a worker wants of its silo in one exchange: packets to send, and the ranks that it expects one of each. Little-endian:
/// <c>u32 sends, sends × (u32 rank, u32 bytes, …), u32 wanted, wanted × u32 rank</c>. The answer: for each wanted rank <c>u32 bytes, …</c>.
/// </summary>
internal static class ExchangeFrame
{
    public static byte[] Write(IReadOnlyList<(int Rank, ReadOnlyMemory<byte> Bytes)> sends, IReadOnlyList<int> wanted)
    {
        var frame = new byte[8 + sends.Sum(send => 8 + send.Bytes.Length) + 4 * wanted.Count];
        var rest = Put(frame, sends.Count);
        foreach (var (rank, bytes) in sends)
        {
            rest = Put(rest, rank);
            rest = Put(rest, bytes.Span);
        }

        rest = Put(rest, wanted.Count);
        foreach (var rank in wanted)
        {
            rest = Put(rest, rank);
        }

        return frame;
    }

    public static (List<(int Rank, byte[] Bytes)> Sends, List<int> Wanted) Read(ReadOnlySpan<byte> frame)
    {
        var sends = new List<(int, byte[])>();
        for (var left = Take(ref frame); left > 0; left--)
        {
            var rank = Take(ref frame);
            sends.Add((rank, TakeBytes(ref frame)));
        }

        var wanted = new List<int>();
        for (var left = Take(ref frame); left > 0; left--)
        {
            wanted.Add(Take(ref frame));
        }

        return (sends, wanted);
    }

    public static byte[] WriteAnswer(IReadOnlyList<byte[]> packets)
    {
        var frame = new byte[packets.Sum(packet => 4 + packet.Length)];
        Span<byte> rest = frame;
        foreach (var packet in packets)
        {
            rest = Put(rest, packet);
        }

        return frame;
    }

    public static byte[][] ReadAnswer(ReadOnlySpan<byte> frame, int count)
    {
        var packets = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            packets[i] = TakeBytes(ref frame);
        }

        return packets;
    }

    private static Span<byte> Put(Span<byte> target, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, number);
        return target[4..];
    }

    private static Span<byte> Put(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        target = Put(target, bytes.Length);
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private static int Take(ref ReadOnlySpan<byte> source)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(source);
        source = source[4..];
        return number;
    }

    private static byte[] TakeBytes(ref ReadOnlySpan<byte> source)
    {
        var count = Take(ref source);
        var bytes = source[..count].ToArray();
        source = source[count..];
        return bytes;
    }
}
