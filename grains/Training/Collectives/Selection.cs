namespace Graincast.Training;

/// <summary>
/// The k smallest of all parts' keys, without moving them: the k-th key is found digit by digit (radix selection), 256 counts a group and round.
/// </summary>
internal static class Selection
{
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;

    /// <summary>How many of this part's keys are among the smallest of all parts. Of keys that are equal at the border, those of lower ranks count first.</summary>
    /// <param name="ranks">The parts.</param>
    /// <param name="groups">This part's keys of each group, ascending.</param>
    /// <param name="counts">How many are wanted of each group, over all parts; at most as many as there are.</param>
    public static int[] CountSmallest(Communicator ranks, IReadOnlyList<ulong[]> groups, IReadOnlyList<long> counts)
    {
        if (ranks.Size == 1)
        {
            return [.. counts.Select(count => (int)count)];
        }

        var borders = Find(ranks, groups, counts, 64);
        var equal = groups.Select((keys, group) => (long)(LowerBound(keys, borders[group].Key, true) - LowerBound(keys, borders[group].Key))).ToArray();
        var equalOfRanks = ranks.AllGather<long>(equal);
        return [.. groups.Select((keys, group) =>
        {
            if (counts[group] == 0)
            {
                return 0;
            }

            var before = equalOfRanks.Take(ranks.Rank).Sum(counts => counts[group]);
            return LowerBound(keys, borders[group].Key) + (int)Math.Clamp(borders[group].Taken - before, 0, equal[group]);
        })];
    }

    /// <summary>The keys at some places (0 = smallest) among all parts' keys in order.</summary>
    /// <param name="ranks">The parts.</param>
    /// <param name="sorted">This part's keys, ascending, of 32 bits.</param>
    /// <param name="places">The places.</param>
    public static uint[] KeysAt(Communicator ranks, uint[] sorted, params long[] places)
    {
        if (ranks.Size == 1)
        {
            return Array.ConvertAll(places, place => sorted[place]);
        }

        var keys = Array.ConvertAll(sorted, key => (ulong)key);
        var found = Find(ranks, [.. places.Select(_ => keys)], [.. places.Select(place => place + 1)], 32);
        return Array.ConvertAll(found, border => (uint)border.Key);
    }

    /// <returns>For each group the largest key among the wanted ones, and how many with exactly this key are wanted.</returns>
    private static (ulong Key, long Taken)[] Find(Communicator ranks, IReadOnlyList<ulong[]> groups, IReadOnlyList<long> counts, int bits)
    {
        var prefixes = new ulong[groups.Count];
        var left = counts.ToArray();
        var histogram = new long[groups.Count * Digits];
        for (var shift = bits - DigitBits; shift >= 0; shift -= DigitBits)
        {
            for (var group = 0; group < groups.Count; group++)
            {
                Count(groups[group], prefixes[group], shift, histogram.AsSpan(group * Digits, Digits));
            }

            ranks.Sum(histogram);
            for (var group = 0; group < groups.Count; group++)
            {
                var digit = 0;
                for (; digit < Digits - 1 && left[group] > histogram[group * Digits + digit]; digit++)
                {
                    left[group] -= histogram[group * Digits + digit];
                }

                prefixes[group] |= (ulong)digit << shift;
            }
        }

        return [.. prefixes.Zip(left)];
    }

    // Of the keys that begin with the prefix, how many have each next digit.
    private static void Count(ulong[] keys, ulong prefix, int shift, Span<long> counts)
    {
        var start = LowerBound(keys, prefix);
        for (var digit = 0; digit < Digits; digit++)
        {
            var last = prefix | ((ulong)digit << shift) | ((1UL << shift) - 1);
            var end = LowerBound(keys, last, true);
            counts[digit] = end - start;
            start = end;
        }
    }

    /// <summary>A place in ascending keys.</summary>
    /// <returns>The first place whose key is not less than the key; not less or equal if <paramref name="after"/>.</returns>
    public static int LowerBound(ulong[] keys, ulong key, bool after = false)
    {
        int low = 0, high = keys.Length;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            if (keys[middle] < key || (after && keys[middle] == key))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
