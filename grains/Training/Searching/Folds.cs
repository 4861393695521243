namespace Graincast.Training;

/// <summary>
/// Splits training rows into parts of equal size, each label in proportion. Which part a row is in depends on all rows and the seed, not on the nodes they are at.
/// </summary>
internal static class Folds
{
    // Other numbers than those that chose the held-out rows, or a fold would be the rows next to them.
    private const long Stream = 0x5EED;

    /// <summary>For each fold the rows that are learnt from and those that are scored.</summary>
    /// <param name="rows">This part's rows.</param>
    /// <param name="labels">Of all parts; none = nothing to stratify by.</param>
    /// <param name="training">The rows of this part to split; positions, ascending.</param>
    /// <param name="count">How many folds.</param>
    /// <param name="seed">Another seed makes other folds.</param>
    /// <param name="ranks">The parts that split their rows together.</param>
    /// <exception cref="GraincastException">22023: fewer rows than folds.</exception>
    public static IEnumerable<Holdout> Split(RowSet rows, LabelColumn labels, int[] training, int count, long seed, Communicator ranks)
    {
        var strata = Strata.Of(rows, labels.Labels.Count > 0 ? labels : null, training, seed + Stream, ranks);
        var (groups, sizes) = (strata.Groups, strata.Sizes);
        if (sizes.Sum() < count)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"{sizes.Sum()} training rows cannot be split into {count} folds", "Pass a smaller cv in search_args.");
        }

        var fold = new int[rows.Count];
        var begin = new int[groups.Count];
        for (var chunk = 1; chunk <= count; chunk++)
        {
            var end = chunk == count
                ? [.. groups.Select(group => group.Length)]
                : Selection.CountSmallest(ranks, strata.Keys, [.. sizes.Select(size => size / count * chunk + Math.Min(chunk, size % count))]);
            long before = 0;
            for (var group = 0; group < groups.Count; group++)
            {
                // Each label begins at the fold where the one before it ended: else the first folds would have the remainders of all.
                foreach (var row in groups[group][begin[group]..end[group]])
                {
                    fold[row] = (int)((chunk - 1 + before) % count);
                }

                before += sizes[group];
            }

            begin = end;
        }

        // One at a time: together they would be as many numbers as rows times folds.
        return Enumerable.Range(0, count).Select(k => new Holdout([.. training.Where(row => fold[row] != k)], [.. training.Where(row => fold[row] == k)]));
    }
}
