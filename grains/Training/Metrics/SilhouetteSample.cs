using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>The rows with the smallest content hashes of all parts, in that order, at the root.</summary>
internal sealed record SilhouetteSample(FloatTable Features, int[] Clusters)
{
    public static SilhouetteSample Gather(FloatTable features, int[] clusters, ulong[] hashes, int maxRows, Communicator ranks)
    {
        var count = Math.Min(ranks.Sum((long)hashes.Length), maxRows);
        var own = Selection.CountSmallest(ranks, [hashes], [count])[0];
        var keys = new Key[own];
        var numbers = new float[own * features.Width];
        for (var row = 0; row < own; row++)
        {
            keys[row] = new Key(hashes[row], clusters[row]);
            features.Row(row).CopyTo(numbers.AsSpan(row * features.Width));
        }

        var allKeys = ranks.Gather(MemoryMarshal.AsBytes<Key>(keys)).SelectMany(bytes => MemoryMarshal.Cast<byte, Key>(bytes).ToArray()).ToArray();
        var allNumbers = ranks.Gather(MemoryMarshal.AsBytes<float>(numbers)).SelectMany(bytes => MemoryMarshal.Cast<byte, float>(bytes).ToArray()).ToArray();
        var sample = new FloatTable(allKeys.Length, features.Width);
        var order = Enumerable.Range(0, allKeys.Length).OrderBy(row => allKeys[row].Hash).ToArray();
        for (var row = 0; row < order.Length; row++)
        {
            allNumbers.AsSpan(order[row] * features.Width, features.Width).CopyTo(sample.Row(row));
        }

        return new SilhouetteSample(sample, [.. order.Select(row => (int)allKeys[row].Cluster)]);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Key(ulong Hash, long Cluster);
}
