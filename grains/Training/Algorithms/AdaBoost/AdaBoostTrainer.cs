using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// AdaBoost: trees one after the other, each on rows that weigh the more the worse those before it did. Labels: SAMME (Zhu, Zou, Rosset, Hastie 2009).
/// Numbers: AdaBoost.R2 (Drucker 1997), whose rows are drawn by their weights, with the weighted mean of the trees as answer where Drucker takes their weighted
/// median: an image adds trees up. Defaults and ends are scikit-learn's; a first tree no better than chance is kept, where that raises an error for labels.
/// </summary>
internal sealed class AdaBoostTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var growth = new WeightedTreeGrowth(part, settings.Integer("max_depth"));
        var rate = settings.Real("learning_rate");
        var rounds = settings.Integer("n_estimators");
        var random = new SplitMix64(seed);
        double[] weights = [.. Enumerable.Range(0, part.LocalRows).Select(row => part.WeightOf(row) / part.Weight)];
        var trees = new List<(WeightedTree Tree, double Weight)>();
        var chance = part.ClassCount == 0 ? 0.5 : 1 - 1.0 / part.ClassCount;
        for (var round = 1L; round <= rounds; round++)
        {
            progress.Step(round, () => $"ada_boost: tree {round} of {rounds}");
            var tree = growth.Grow(part.ClassCount == 0 ? Draw(weights, random) : weights);
            var losses = part.ClassCount == 0 ? Losses(part, tree, weights, settings.Choice("loss")!) : Mistakes(part, tree);
            var error = TensorPrimitives.Dot<double>(weights, losses);
            if (error <= 0 || error >= chance)
            {
                // Nothing left to learn, or nothing learnt.
                if (error <= 0 || trees.Count == 0)
                {
                    trees.Add((tree, 1));
                }

                break;
            }

            // R2's β, SAMME's α; both weights are divided by their sum, so that it does not matter which rows grow and which shrink.
            var step = rate * (Math.Log((1 - error) / error) + (part.ClassCount > 2 ? Math.Log(part.ClassCount - 1) : 0));
            trees.Add((tree, step));
            for (var row = 0; row < weights.Length; row++)
            {
                weights[row] *= Math.Exp(step * (losses[row] - 1));
            }

            TensorPrimitives.Divide(weights, TensorPrimitives.Sum<double>(weights), weights);
        }

        return new WeightedEnsemble(part, trees).Fitted();
    }

    // 1 where the tree votes for another label.
    private static double[] Mistakes(TrainingPart part, WeightedTree tree)
    {
        var votes = Array.ConvertAll(tree.Leaves, leaf => TensorPrimitives.IndexOfMax<double>(leaf));
        return [.. Enumerable.Range(0, part.LocalRows).Select(row => votes[tree.Leaf(part.Features.Row(row))] == part.Classes[row] ? 0.0 : 1)];
    }

    // How far off each row is, as a share of the farthest that still weighs anything.
    private static double[] Losses(TrainingPart part, WeightedTree tree, double[] weights, string loss)
    {
        double[] losses = [.. weights.Select((weight, row) => weight > 0 ? Math.Abs(part.Targets[row] - tree.Leaves[tree.Leaf(part.Features.Row(row))][0]) : 0)];
        var most = losses.Max();
        return most == 0 ? losses : Array.ConvertAll(losses, off => loss switch
        {
            "square" => off / most * (off / most),
            "exponential" => 1 - Math.Exp(-off / most),
            _ => off / most,
        });
    }

    // As many rows as there are, by their weights: how often each.
    private static double[] Draw(double[] weights, SplitMix64 random)
    {
        var sums = new double[weights.Length];
        var sum = 0.0;
        for (var row = 0; row < weights.Length; row++)
        {
            sums[row] = sum += weights[row];
        }

        var counts = new double[weights.Length];
        for (var draw = 0; draw < counts.Length; draw++)
        {
            var at = Array.BinarySearch(sums, random.NextDouble() * sum);
            counts[Math.Min(at < 0 ? ~at : at + 1, counts.Length - 1)]++;
        }

        return counts;
    }
}
