namespace Graincast.Training;

/// <summary>Which rows are learnt from and which are held out; positions in the sorted rows, ascending.</summary>
/// <param name="Training">Empty at most at some of the parts.</param>
/// <param name="Test">Empty at all parts only when test_size is 0.</param>
internal sealed record Holdout(int[] Training, int[] Test)
{
    /// <summary>
    /// Holds out the rows with the smallest seeded hashes: of all rows, or of each label in proportion (largest remainder, so that the
    /// sizes add up; every label keeps a training row). <c>last</c> holds out what arrived last.
    /// </summary>
    /// <param name="rows">This part's rows.</param>
    /// <param name="labels">All parts' labels; none = nothing to stratify by.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="testSize">Rows if over 1, else the fraction, rounded to whole rows and at least one.</param>
    /// <param name="seed">Another seed holds out other rows.</param>
    /// <param name="ranks">The parts that split their rows together.</param>
    /// <exception cref="GraincastException">22023: no training row would be left.</exception>
    public static Holdout Choose(RowSet rows, LabelColumn labels, Sampling sampling, float testSize, long seed, Communicator ranks)
    {
        var all = ranks.Sum((long)rows.Count);
        var count = TestRows(all, testSize);
        if (count == 0)
        {
            return new Holdout([.. Enumerable.Range(0, rows.Count)], []);
        }

        var test = new bool[rows.Count];
        if (sampling == Sampling.Last)
        {
            Hold(test, Enumerable.Range(0, rows.Count).Reverse().Select(rows.Place), count);
        }
        else
        {
            var strata = Strata.Of(rows, sampling == Sampling.Stratified && labels.Labels.Count > 0 ? labels : null, [.. Enumerable.Range(0, rows.Count)], seed, ranks);
            var own = Selection.CountSmallest(ranks, strata.Keys, Quotas(strata.Sizes, count, all));
            for (var group = 0; group < own.Length; group++)
            {
                Hold(test, strata.Groups[group], own[group]);
            }
        }

        return new Holdout([.. Positions(test, false)], [.. Positions(test, true)]);
    }

    private static long TestRows(long rows, float testSize)
    {
        if (testSize == 0)
        {
            return 0;
        }

        var count = testSize > 1 ? (double)testSize : Math.Max(1, Math.Round(rows * (double)testSize));
        return count < rows
            ? (long)count
            : throw new GraincastException(SqlState.InvalidParameter, $"test_size {testSize} leaves no row of {rows} to train on",
                "Up to 1 it is a fraction of the rows, above 1 a number of rows; 0 holds out none.");
    }

    private static long[] Quotas(long[] groups, long count, long rows)
    {
        var quotas = new long[groups.Length];
        var remainders = new double[groups.Length];
        for (var group = 0; group < groups.Length; group++)
        {
            var share = (double)count * groups[group] / rows;
            quotas[group] = Math.Min((long)share, groups[group] - 1);
            remainders[group] = share - (long)share;
        }

        var left = count - quotas.Sum();
        var byRemainder = Enumerable.Range(0, groups.Length).OrderByDescending(group => remainders[group]).ThenBy(group => group).ToArray();
        while (left > 0)
        {
            var before = left;
            foreach (var group in byRemainder)
            {
                if (left > 0 && quotas[group] < groups[group] - 1)
                {
                    quotas[group]++;
                    left--;
                }
            }

            if (left == before)
            {
                throw new GraincastException(SqlState.InvalidParameter,
                    $"holding out {count} of {rows} rows leaves fewer training rows than the {groups.Length} labels", "Pass a smaller test_size, or test_sampling => 'random'.");
            }
        }

        return quotas;
    }

    private static void Hold(bool[] test, IEnumerable<int> candidates, long count)
    {
        foreach (var row in candidates.Take((int)count))
        {
            test[row] = true;
        }
    }

    private static IEnumerable<int> Positions(bool[] test, bool value) => Enumerable.Range(0, test.Length).Where(row => test[row] == value);
}
