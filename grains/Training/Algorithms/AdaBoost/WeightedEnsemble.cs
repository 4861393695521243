using System.Numerics.Tensors;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Trees with weights. Numbers: the trees' weighted mean. Labels: each tree votes for the label that weighs most in its leaf; a score is a label's share of
/// the votes by weight, divided by labels − 1, for two labels the second's share less the first's. Probabilities follow as scikit-learn's: softmax, logistic.
/// </summary>
internal sealed class WeightedEnsemble : INativeModel
{
    // The kernel adds the same doubles in the same order; the bound leaves room for another order of addition.
    private const double Rounding = 1e-12;

    private readonly TrainingPart _part;
    private readonly List<(WeightedTree Tree, double Weight)> _trees;

    /// <param name="part">What they were learnt from.</param>
    /// <param name="trees">At least one; weights above 0.</param>
    public WeightedEnsemble(TrainingPart part, IReadOnlyList<(WeightedTree Tree, double Weight)> trees)
    {
        _part = part;
        var total = trees.Sum(tree => tree.Weight);
        _trees = [.. trees.Select(tree => (tree.Tree, tree.Weight / total))];
    }

    private int Outputs => _part.ClassCount <= 2 ? 1 : _part.ClassCount;

    public Fitted Fitted()
    {
        var trees = new List<Tree>();
        var gains = new double[_part.Width];
        foreach (var (tree, weight) in _trees)
        {
            FeatureImportance.AddGains(tree.Splits.Select(split => split.Feature), tree.Gains.Select(gain => gain * weight), gains);
            for (var output = 0; output < Outputs; output++)
            {
                double[] leaves = [.. tree.Leaves.Select(leaf => Score(leaf, output) * weight)];
                if (leaves.Any(score => score != 0))
                {
                    trees.Add(new Tree(output, tree.Splits, leaves));
                }
            }
        }

        var link = _part.ClassCount switch { 0 => Link.Identity, 2 => Link.Logistic, _ => Link.Softmax };
        return new Fitted(new TreeLearner([.. LeafRows.Count(trees, _part)], new double[Outputs], 1), link, Outputs, this) { Importance = gains };
    }

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        scores.Clear();
        for (var i = 0; i < scores.Length; i++)
        {
            var (row, output) = Math.DivRem(i, Outputs);
            foreach (var (tree, weight) in _trees)
            {
                scores[i] += Score(tree.Leaves[tree.Leaf(features.Slice(row * _part.Width, _part.Width))], output) * weight;
            }

            allowed[i] = Rounding * Math.Max(1, Math.Abs(scores[i]));
        }
    }

    private double Score(double[] leaf, int output)
    {
        if (_part.ClassCount == 0)
        {
            return leaf[0];
        }

        var vote = TensorPrimitives.IndexOfMax<double>(leaf);
        return _part.ClassCount == 2 ? (vote == 1 ? 1 : -1) : vote == output ? 1.0 / (_part.ClassCount - 1) : 0;
    }
}
