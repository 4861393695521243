using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;

namespace Graincast.Training;

/// <summary>Numbers different texts in the order they come, without making a string for each row.</summary>
internal sealed class Utf8Dictionary
{
    private readonly Dictionary<byte[], int> _numbers = new(new Comparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<byte[]> _texts = [];

    public Utf8Dictionary() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _texts.Count;

    public int Add(ReadOnlySpan<byte> text)
    {
        if (_lookup.TryGetValue(text, out var number))
        {
            return number;
        }

        var copy = text.ToArray();
        _numbers.Add(copy, _texts.Count);
        _texts.Add(copy);
        return _texts.Count - 1;
    }

    /// <summary>The text with this number.</summary>
    public ReadOnlySpan<byte> Text(int number) => _texts[number];

    /// <summary>The number of a text that was added.</summary>
    public int Find(ReadOnlySpan<byte> text) => _lookup[text];

    /// <summary>All texts in bytewise order, and the place in it of each number.</summary>
    public (string[] Sorted, int[] Place) Sort()
    {
        var order = Enumerable.Range(0, _texts.Count).ToArray();
        Array.Sort(order, (a, b) => _texts[a].AsSpan().SequenceCompareTo(_texts[b]));
        var place = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            place[order[i]] = i;
        }

        return ([.. order.Select(number => Encoding.UTF8.GetString(_texts[number]))], place);
    }

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
