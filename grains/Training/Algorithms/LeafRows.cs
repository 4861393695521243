using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>How many training rows reach each leaf, counted over all parts, for trees whose library does not say.</summary>
internal static class LeafRows
{
    /// <param name="trees">That read a missing number as <see cref="MissingSplit.NaN"/>, which training rows do not have.</param>
    /// <param name="part">The rows.</param>
    public static IEnumerable<Tree> Count(IEnumerable<Tree> trees, TrainingPart part) => trees.Select(tree =>
    {
        var rows = new long[tree.Leaves.Length];
        for (var row = 0; row < part.LocalRows; row++)
        {
            rows[LeafOf(tree.Splits, part.Features.Row(row))]++;
        }

        part.Ranks.Sum(rows);
        // A threshold that was rounded may send all rows of a leaf to its neighbour.
        return tree with { LeafRows = Array.ConvertAll(rows, count => (int)Math.Clamp(count, 1, int.MaxValue)) };
    });

    /// <summary>The leaf that a row falls into.</summary>
    public static int LeafOf(Split[] splits, ReadOnlySpan<float> features)
    {
        var place = splits.Length > 0 ? 0 : ~0;
        while (place >= 0)
        {
            var split = splits[place];
            place = features[split.Feature] <= split.Threshold ? split.Left : split.Right;
        }

        return ~place;
    }
}
