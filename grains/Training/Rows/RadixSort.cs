namespace Graincast.Training;

/// <summary>Sorts by 64-bit keys, byte by byte from the last one: in linear time, and what has equal keys keeps its order.</summary>
internal static class RadixSort
{
    private const int DigitBits = 8;

    /// <param name="keys">Ascending afterwards.</param>
    /// <param name="items">One a key; moved along.</param>
    public static void Sort(Span<ulong> keys, Span<int> items)
    {
        using var spareKeys = new NativeBuffer<ulong>(keys.Length);
        using var spareItems = new NativeBuffer<int>(items.Length);
        // There and back again.
        for (var shift = 0; shift < 64; shift += 2 * DigitBits)
        {
            SortByDigit(keys, items, spareKeys.Span, spareItems.Span, shift);
            SortByDigit(spareKeys.Span, spareItems.Span, keys, items, shift + DigitBits);
        }
    }

    private static void SortByDigit(ReadOnlySpan<ulong> keys, ReadOnlySpan<int> items, Span<ulong> sortedKeys, Span<int> sortedItems, int shift)
    {
        Span<int> places = stackalloc int[1 << DigitBits];
        places.Clear();
        foreach (var key in keys)
        {
            places[(byte)(key >> shift)]++;
        }

        var start = 0;
        foreach (ref var place in places)
        {
            (place, start) = (start, start + place);
        }

        for (var i = 0; i < keys.Length; i++)
        {
            var place = places[(byte)(keys[i] >> shift)]++;
            sortedKeys[place] = keys[i];
            sortedItems[place] = items[i];
        }
    }
}
