using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>
/// The parts of a fit, each with a rank, and what they do together. Every part must make the same calls in the same order. Reductions go in
/// the order of ranks, so all parts get the same bits.
/// </summary>
internal sealed class Communicator
{
    // A packet is copied whole on its way, and grain calls have a limit of 100 MB.
    private const int ChunkBytes = 8 << 20;

    // Below it, sending everything to everyone costs less than a second round.
    private const int DirectSumBytes = 16 << 10;

    private readonly IPeerLink? _link;

    // The link's rank of each of ours.
    private readonly int[] _members;

    /// <param name="rank">0 … <paramref name="size"/> − 1.</param>
    /// <param name="size">Number of parts.</param>
    /// <param name="link">Unused when there is one.</param>
    public Communicator(int rank, int size, IPeerLink? link)
        : this(rank, [.. Enumerable.Range(0, size)], link)
    {
    }

    private Communicator(int rank, int[] members, IPeerLink? link) => (Rank, _members, _link) = (rank, members, link);

    /// <summary>A part without others.</summary>
    public static Communicator Alone { get; } = new(0, 1, null);

    public int Rank { get; }

    public int Size => _members.Length;

    /// <summary>The part that does what is to be done once.</summary>
    public bool IsRoot => Rank == 0;

    /// <summary>Some of the parts, in order; this one must be among them.</summary>
    public Communicator Among(int[] ranks) => new(Array.IndexOf(ranks, Rank), Array.ConvertAll(ranks, rank => _members[rank]), _link);

    /// <summary>Everyone's bytes, by rank.</summary>
    public byte[][] AllGather(ReadOnlySpan<byte> own)
    {
        var copy = (ReadOnlyMemory<byte>)own.ToArray();
        return Exchange(Enumerable.Repeat<ReadOnlyMemory<byte>?>(copy, Size).ToArray(), Enumerable.Repeat(true, Size).ToArray());
    }

    /// <summary>Everyone's numbers, by rank.</summary>
    public T[][] AllGather<T>(ReadOnlySpan<T> own)
        where T : unmanaged => Array.ConvertAll(AllGather(MemoryMarshal.AsBytes(own)), bytes => MemoryMarshal.Cast<byte, T>(bytes).ToArray());

    /// <summary>Everyone's bytes at the root; nothing at the others.</summary>
    public byte[][] Gather(ReadOnlySpan<byte> own)
    {
        var outgoing = new ReadOnlyMemory<byte>?[Size];
        outgoing[0] = own.ToArray();
        return Exchange(outgoing, Enumerable.Repeat(IsRoot, Size).ToArray());
    }

    /// <summary>One part's bytes; what others pass is ignored.</summary>
    public byte[] Broadcast(ReadOnlySpan<byte> own, int from = 0)
    {
        var outgoing = new ReadOnlyMemory<byte>?[Size];
        if (Rank == from)
        {
            Array.Fill(outgoing, own.ToArray());
        }

        var expected = new bool[Size];
        expected[from] = true;
        return Exchange(outgoing, expected)[from];
    }

    /// <summary>Replaces each number by its sum over all parts.</summary>
    public void Sum(Span<double> values)
    {
        if (Size == 1)
        {
            return;
        }

        if (values.Length * sizeof(double) <= DirectSumBytes)
        {
            Add(AllGather<double>(values), values);
            return;
        }

        // Each part adds a share, then all get the shares.
        var length = values.Length;
        var starts = Enumerable.Range(0, Size + 1).Select(rank => (int)((long)length * rank / Size)).ToArray();
        var outgoing = new ReadOnlyMemory<byte>?[Size];
        for (var rank = 0; rank < Size; rank++)
        {
            outgoing[rank] = MemoryMarshal.AsBytes(values[starts[rank]..starts[rank + 1]]).ToArray();
        }

        var terms = Exchange(outgoing, Enumerable.Repeat(true, Size).ToArray());
        var share = values[starts[Rank]..starts[Rank + 1]];
        Add(Array.ConvertAll(terms, bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray()), share);
        var shares = AllGather<double>(share);
        for (var rank = 0; rank < Size; rank++)
        {
            shares[rank].CopyTo(values[starts[rank]..]);
        }
    }

    /// <summary>Replaces each count by its sum over all parts.</summary>
    public void Sum(Span<long> counts)
    {
        if (Size == 1)
        {
            return;
        }

        var all = AllGather<long>(counts);
        counts.Clear();
        foreach (var part in all)
        {
            TensorPrimitives.Add(counts, part, counts);
        }
    }

    /// <summary>The sum of one number over all parts.</summary>
    public double Sum(double value)
    {
        Span<double> values = [value];
        Sum(values);
        return values[0];
    }

    /// <inheritdoc cref="Sum(double)"/>
    public long Sum(long value)
    {
        Span<long> values = [value];
        Sum(values);
        return values[0];
    }

    /// <summary>Sends bytes to some parts (null = none) and gets those of the expected ones; a part's own bytes come back to it.</summary>
    public byte[][] Exchange(ReadOnlyMemory<byte>?[] outgoing, bool[] expected)
    {
        var received = new byte[Size][];
        if (expected[Rank])
        {
            received[Rank] = outgoing[Rank]?.ToArray() ?? [];
        }

        var chunks = new List<byte[]>?[Size];
        var waiting = Enumerable.Range(0, Size).Where(rank => rank != Rank && expected[rank]).ToList();
        for (long offset = 0; waiting.Count > 0 || HasMore(outgoing, offset); offset += ChunkBytes)
        {
            var sends = Enumerable.Range(0, Size)
                .Where(rank => rank != Rank && outgoing[rank] is { } bytes && (offset == 0 || bytes.Length > offset))
                .Select(rank => (_members[rank], Chunk(outgoing[rank]!.Value, offset)))
                .ToList();
            var packets = _link!.Exchange(sends, waiting.ConvertAll(rank => _members[rank]));
            for (var i = 0; i < packets.Length; i++)
            {
                (chunks[waiting[i]] ??= []).Add(packets[i]);
            }

            waiting = waiting.Where((_, i) => packets[i][0] != 0).ToList();
        }

        for (var rank = 0; rank < Size; rank++)
        {
            received[rank] ??= chunks[rank] is { } parts ? Join(parts) : [];
        }

        return received;
    }

    private bool HasMore(ReadOnlyMemory<byte>?[] outgoing, long offset) =>
        Enumerable.Range(0, Size).Any(rank => rank != Rank && outgoing[rank] is { } bytes && (offset == 0 || bytes.Length > offset));

    // The first byte says whether another chunk follows.
    private static ReadOnlyMemory<byte> Chunk(ReadOnlyMemory<byte> bytes, long offset)
    {
        var count = (int)Math.Min(ChunkBytes, bytes.Length - offset);
        var chunk = new byte[count + 1];
        chunk[0] = (byte)(offset + count < bytes.Length ? 1 : 0);
        bytes.Span.Slice((int)offset, count).CopyTo(chunk.AsSpan(1));
        return chunk;
    }

    private static byte[] Join(List<byte[]> chunks)
    {
        var bytes = new byte[chunks.Sum(chunk => chunk.Length - 1)];
        Span<byte> rest = bytes;
        foreach (var chunk in chunks)
        {
            chunk.AsSpan(1).CopyTo(rest);
            rest = rest[(chunk.Length - 1)..];
        }

        return bytes;
    }

    private static void Add(double[][] terms, Span<double> sum)
    {
        terms[0].CopyTo(sum);
        for (var rank = 1; rank < terms.Length; rank++)
        {
            TensorPrimitives.Add(sum, terms[rank], sum);
        }
    }
}
