namespace Graincast.Training;

/// <summary>Rows in groups that are split in proportion, each group in an order that only the rows and the seed decide.</summary>
/// <param name="Groups">This part's rows of each group.</param>
/// <param name="Keys">Their seeded hashes, ascending. Equal rows are equal in everything: which of them comes first does not matter.</param>
/// <param name="Sizes">Rows of each group at all parts.</param>
internal sealed record Strata(IReadOnlyList<int[]> Groups, IReadOnlyList<ulong[]> Keys, long[] Sizes)
{
    /// <param name="rows">This part's rows.</param>
    /// <param name="labels">A group a label; none = one group.</param>
    /// <param name="positions">The rows to order; positions.</param>
    /// <param name="seed">Another seed makes another order.</param>
    /// <param name="ranks">The parts that split their rows together.</param>
    public static Strata Of(RowSet rows, LabelColumn? labels, int[] positions, long seed, Communicator ranks)
    {
        int[][] groups = labels is null ? [[.. positions]] : ByLabel(labels, positions);
        var sizes = Array.ConvertAll(groups, group => (long)group.Length);
        ranks.Sum(sizes);
        var salt = SplitMix64.Mix((ulong)seed + 1);
        var keys = Array.ConvertAll(groups, group => Array.ConvertAll(group, row => SplitMix64.Mix(rows.Hashes[row] + salt)));
        for (var group = 0; group < groups.Length; group++)
        {
            RadixSort.Sort(keys[group], groups[group]);
        }

        return new Strata(groups, keys, sizes);
    }

    private static int[][] ByLabel(LabelColumn labels, int[] positions)
    {
        var groups = labels.Labels.Select(_ => new List<int>()).ToArray();
        foreach (var row in positions)
        {
            groups[labels.Classes[row]].Add(row);
        }

        return Array.ConvertAll(groups, group => group.ToArray());
    }
}
