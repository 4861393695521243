using System.Buffers;

namespace Graincast.Training;

/// <summary>Sorts by 64-bit keys, byte by byte from the last one: in linear time, and what has equal keys keeps its order.</summary>
internal static class RadixSort
{
    private const int Digits = 256;

    /// <param name="keys">Ascending afterwards.</param>
    /// <param name="items">One a key; moved along.</param>
    public static void Sort(ulong[] keys, int[] items)
    {
        var spareKeys = ArrayPool<ulong>.Shared.Rent(keys.Length);
        var spareItems = ArrayPool<int>.Shared.Rent(items.Length);
        var (from, to) = ((Keys: keys, Items: items), (Keys: spareKeys, Items: spareItems));
        var starts = new int[Digits];
        for (var shift = 0; shift < 64; shift += 8)
        {
            Array.Clear(starts);
            foreach (var key in from.Keys.AsSpan(0, keys.Length))
            {
                starts[(byte)(key >> shift)]++;
            }

            var start = 0;
            for (var digit = 0; digit < Digits; digit++)
            {
                (starts[digit], start) = (start, start + starts[digit]);
            }

            for (var i = 0; i < keys.Length; i++)
            {
                var place = starts[(byte)(from.Keys[i] >> shift)]++;
                to.Keys[place] = from.Keys[i];
                to.Items[place] = from.Items[i];
            }

            // After the eighth time all are back in the caller's arrays.
            (from, to) = (to, from);
        }

        ArrayPool<ulong>.Shared.Return(spareKeys);
        ArrayPool<int>.Shared.Return(spareItems);
    }
}
