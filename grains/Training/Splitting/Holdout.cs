namespace Graincast.Training;

/// <summary>Which rows are learnt from and which are held out; positions in the sorted rows, ascending.</summary>
/// <param name="Training">Never empty.</param>
/// <param name="Test">Empty only when test_size is 0.</param>
internal sealed record Holdout(int[] Training, int[] Test)
{
    /// <summary>
    /// Holds out the rows with the smallest seeded hashes: of all rows, or of each label in proportion (largest remainder, so that the
    /// sizes add up; every label keeps a training row). <c>last</c> holds out what arrived last.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="classes">Index of each row's label; empty = nothing to stratify by.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="testSize">Rows if over 1, else the fraction, rounded to whole rows and at least one.</param>
    /// <param name="seed">Another seed holds out other rows.</param>
    /// <exception cref="GraincastException">22023: one part would be empty.</exception>
    public static Holdout Choose(RowSet rows, int[] classes, Sampling sampling, float testSize, long seed)
    {
        var count = TestRows(rows.Count, testSize);
        var test = new bool[rows.Count];
        if (sampling == Sampling.Last)
        {
            Hold(test, Enumerable.Range(0, rows.Count).OrderByDescending(rows.Arrival), count);
        }
        else
        {
            var groups = sampling == Sampling.Stratified && classes.Length > 0 ? GroupByClass(classes) : [Enumerable.Range(0, rows.Count).ToArray()];
            var quotas = Quotas(groups, count, rows.Count);
            for (var group = 0; group < groups.Count; group++)
            {
                // Equal rows are equal in everything; which of them is held out does not matter.
                Hold(test, groups[group].OrderBy(row => Mix(rows.Hash(row), seed)).ThenBy(row => row), quotas[group]);
            }
        }

        return new Holdout([.. Positions(test, false)], [.. Positions(test, true)]);
    }

    private static int TestRows(int rows, float testSize)
    {
        if (rows == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, "there are no rows to train on", "Is the relation empty, or does row-level security hide its rows?");
        }

        if (testSize == 0)
        {
            return 0;
        }

        var count = testSize > 1 ? (double)testSize : Math.Max(1, Math.Round(rows * (double)testSize));
        return count < rows
            ? (int)count
            : throw new GraincastException(SqlState.InvalidParameter, $"test_size {testSize} leaves no row of {rows} to train on",
                "Up to 1 it is a fraction of the rows, above 1 a number of rows; 0 holds out none.");
    }

    private static List<int[]> GroupByClass(int[] classes) =>
        [.. Enumerable.Range(0, classes.Length).GroupBy(row => classes[row]).OrderBy(group => group.Key).Select(group => group.ToArray())];

    private static int[] Quotas(List<int[]> groups, int count, int rows)
    {
        var quotas = new int[groups.Count];
        var remainders = new double[groups.Count];
        for (var group = 0; group < groups.Count; group++)
        {
            var share = (double)count * groups[group].Length / rows;
            quotas[group] = Math.Min((int)share, groups[group].Length - 1);
            remainders[group] = share - (int)share;
        }

        var left = count - quotas.Sum();
        var byRemainder = Enumerable.Range(0, groups.Count).OrderByDescending(group => remainders[group]).ThenBy(group => group).ToArray();
        while (left > 0)
        {
            var before = left;
            foreach (var group in byRemainder)
            {
                if (left > 0 && quotas[group] < groups[group].Length - 1)
                {
                    quotas[group]++;
                    left--;
                }
            }

            if (left == before)
            {
                throw new GraincastException(SqlState.InvalidParameter,
                    $"holding out {count} of {rows} rows leaves fewer training rows than the {groups.Count} labels", "Pass a smaller test_size, or test_sampling => 'random'.");
            }
        }

        return quotas;
    }

    private static void Hold(bool[] test, IEnumerable<int> candidates, int count)
    {
        foreach (var row in candidates.Take(count))
        {
            test[row] = true;
        }
    }

    private static IEnumerable<int> Positions(bool[] test, bool value) => Enumerable.Range(0, test.Length).Where(row => test[row] == value);

    private static ulong Mix(ulong hash, long seed) => SplitMix64.Mix(hash + SplitMix64.Mix((ulong)seed + 1));
}
