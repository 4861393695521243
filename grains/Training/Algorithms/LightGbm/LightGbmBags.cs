namespace Graincast.Training;

/// <summary>
/// The rows that are drawn for each tree. Once a draw has taken every row, LightGBM draws no more: of 15 rows, 4 in 5 a tree, that is soon so (15 of 16 trees grew on all of
/// them). Where it may happen, a change of its settings before each tree makes it draw again.
/// </summary>
/// <param name="share">Of the rows, above 0 … 1.</param>
/// <param name="seed">Of the training.</param>
internal sealed class LightGbmBags(double share, long seed)
{
    // A chance that does not count.
    private const double Never = 1e-6;

    // LightGBM looks at its settings only when the share is another one.
    private const double OtherShare = 1e-9;

    /// <param name="iteration">From 1 on.</param>
    /// <param name="rows">That are drawn from.</param>
    /// <returns>Settings to change before that iteration; null = none.</returns>
    public string? Before(long iteration, int rows)
    {
        // None of the rows would be worse than all of them.
        if (iteration == 1 || share >= 1 || Math.Pow(share, rows) < Never || Math.Pow(1 - share, rows) > Never)
        {
            return null;
        }

        var draw = new SplitMix64(seed + iteration).Next() & int.MaxValue;
        return LightGbmGrowth.Text([("bagging_fraction", iteration % 2 == 0 ? share - OtherShare : share), ("bagging_seed", draw)]);
    }
}
