using Graincast.Scoring;
using Microsoft.ML.Trainers.FastTree;

namespace Graincast.Training;

/// <summary>Reads the trees out of an ML.NET model. Strict: whatever the image cannot express is an error.</summary>
internal static class ForestTrees
{
    /// <summary>
    /// Trees whose leaves add up to the answer. A bag that allows no split gives no tree, and ML.NET averages over the others: each leaf
    /// is divided by the number of trees that there are, which differs between outputs.
    /// </summary>
    /// <exception cref="GraincastException">XX000: weights, a bias or a categorical split.</exception>
    public static IEnumerable<Tree> Read(TreeEnsemble<QuantileRegressionTree> ensemble, int output)
    {
        if (ensemble.Bias != 0 || ensemble.TreeWeights.Any(weight => weight != 1))
        {
            throw Unexpected($"bias {ensemble.Bias}, weights {string.Join(' ', ensemble.TreeWeights.Distinct().Take(5))}");
        }

        return ensemble.Trees.Select(tree => ReadTree(tree, output, ensemble.Trees.Count));
    }

    /// <summary>What the splits by each feature gained, over all trees.</summary>
    public static void AddGains(TreeEnsemble<QuantileRegressionTree> ensemble, double[] gains)
    {
        foreach (var tree in ensemble.Trees)
        {
            FeatureImportance.AddGains(tree.NumericalSplitFeatureIndexes.Take(tree.NumberOfNodes), tree.SplitGains, gains);
        }
    }

    private static Tree ReadTree(RegressionTreeBase tree, int output, int trees)
    {
        if (tree.CategoricalSplitFlags.Any(isCategorical => isCategorical))
        {
            throw Unexpected("a categorical split");
        }

        var splits = new Split[tree.NumberOfNodes];
        for (var i = 0; i < splits.Length; i++)
        {
            // ML.NET asks x ≤ threshold, which is false for NaN: right.
            splits[i] = new Split(tree.NumericalSplitFeatureIndexes[i], tree.NumericalSplitThresholds[i], tree.LeftChild[i], tree.RightChild[i],
                MissingSplit.NaN, DefaultLeft: false);
        }

        return new Tree(output, splits, [.. tree.LeafValues.Take(tree.NumberOfLeaves).Select(value => value / trees)]);
    }

    private static GraincastException Unexpected(string found) =>
        new(SqlState.InternalError, "FastForest's model has a form that an image does not", detail: found);
}
