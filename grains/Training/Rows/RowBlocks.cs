namespace Graincast.Training;

/// <summary>
/// Ranges of the content hash over which sums are taken: all rows whose hashes share their first 8 bits. A sum is that of its blocks'
/// sums, in the blocks' order, so it does not depend on the order of arrival.
/// </summary>
internal static class RowBlocks
{
    public const int Count = 256;

    /// <summary>Count + 1 positions in rows that are sorted by hash: block b is [starts[b], starts[b + 1]).</summary>
    public static int[] Starts(ulong[] hashes)
    {
        var starts = new int[Count + 1];
        var row = 0;
        for (var block = 0; block < Count; block++)
        {
            starts[block] = row;
            while (row < hashes.Length && hashes[row] >> 56 == (ulong)block)
            {
                row++;
            }
        }

        starts[Count] = hashes.Length;
        return starts;
    }
}
