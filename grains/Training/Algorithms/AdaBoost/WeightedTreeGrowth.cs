using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Grows classification and regression trees (Breiman, Friedman, Olshen, Stone 1984) on weighted rows, level by level, with every threshold tried. Gini's
/// impurity of labels is the squared error of their indicators, so one measure serves both tasks: a split gains |S_l|²/W_l + |S_r|²/W_r − |S|²/W, where W
/// is a side's weight and S its weighted sum of numbers, or of each label's indicator. Of equal gains the first feature's, then the lowest threshold's. A node
/// that is not pure is split by the best there is, though it gain nothing by itself: the next level may.
/// </summary>
internal sealed class WeightedTreeGrowth
{
    // Of a node's squares: less is rounding.
    private const double LeastImpurity = 1e-12;

    private readonly TrainingPart _part;
    private readonly SortedFeatures _sorted;
    private readonly int _depth;
    private readonly int _outputs;
    private readonly double _center;

    /// <param name="part">All rows there are.</param>
    /// <param name="depth">Splits between root and leaf, at most.</param>
    public WeightedTreeGrowth(TrainingPart part, long depth)
    {
        _part = part;
        _sorted = new SortedFeatures(part.Features);
        _depth = (int)depth;
        _outputs = Math.Max(1, part.ClassCount);
        // Squares of numbers far from 0 would leave no digits for their differences.
        _center = part.ClassCount == 0 ? part.Targets.Average() : 0;
    }

    /// <param name="weights">Of each row, not negative; rows of weight 0 take no part.</param>
    public WeightedTree Grow(double[] weights)
    {
        // The open node that each row is in; −1 = none.
        var nodes = Array.ConvertAll(weights, weight => weight > 0 ? 0 : -1);
        var splits = new List<Split>();
        var gains = new List<double>();
        var leaves = new List<double[]>();
        // For each open node who points to it: a split and its side.
        List<(int Split, bool IsLeft)> open = [(-1, false)];
        for (var level = 0; open.Count > 0; level++)
        {
            var sums = new NodeSums(open.Count, _outputs);
            for (var row = 0; row < nodes.Length; row++)
            {
                if (nodes[row] >= 0)
                {
                    Add(sums, row, nodes[row], weights[row]);
                }
            }

            var best = level < _depth ? BestSplits(sums, nodes, weights) : new Candidate?[open.Count];
            var next = new List<(int Split, bool IsLeft)>();
            var children = new int[open.Count];
            for (var node = 0; node < open.Count; node++)
            {
                Point(splits, open[node], best[node] is null ? ~leaves.Count : splits.Count);
                children[node] = best[node] is null ? -1 : next.Count;
                if (best[node] is not { } chosen)
                {
                    leaves.Add([.. sums.Of(node).Select(sum => _center + sum / sums.Weights[node])]);
                    continue;
                }

                next.Add((splits.Count, true));
                next.Add((splits.Count, false));
                splits.Add(new Split(chosen.Feature, chosen.Threshold, 0, 0, MissingSplit.NaN, DefaultLeft: false));
                gains.Add(Math.Max(0, chosen.Gain));
            }

            for (var row = 0; row < nodes.Length; row++)
            {
                if (nodes[row] >= 0)
                {
                    var (split, child) = (best[nodes[row]], children[nodes[row]]);
                    nodes[row] = split is not { } by ? -1 : _part.Features.Row(row)[by.Feature] <= by.Threshold ? child : child + 1;
                }
            }

            open = next;
        }

        return new WeightedTree([.. splits], [.. leaves], [.. gains]);
    }

    private static void Point(List<Split> splits, (int Split, bool IsLeft) from, int to)
    {
        if (from.Split >= 0)
        {
            splits[from.Split] = from.IsLeft ? splits[from.Split] with { Left = to } : splits[from.Split] with { Right = to };
        }
    }

    private Candidate?[] BestSplits(NodeSums all, int[] nodes, double[] weights)
    {
        var count = all.Weights.Length;
        var best = new Candidate?[count];
        bool[] isPure = [.. Enumerable.Range(0, count).Select(all.IsPure)];
        for (var feature = 0; feature < _sorted.Width; feature++)
        {
            var left = new NodeSums(count, _outputs);
            var last = new float[count];
            var (values, rows) = _sorted.Of(feature);
            for (var i = 0; i < rows.Length; i++)
            {
                var node = nodes[rows[i]];
                if (node < 0 || isPure[node])
                {
                    continue;
                }

                if (left.Weights[node] > 0 && values[i] > last[node] && left.Gain(all, node) is var gain && gain > (best[node]?.Gain ?? double.NegativeInfinity))
                {
                    best[node] = new Candidate(feature, Between(last[node], values[i]), gain);
                }

                last[node] = values[i];
                Add(left, rows[i], node, weights[rows[i]]);
            }
        }

        return best;
    }

    private void Add(NodeSums sums, int row, int node, double weight)
    {
        sums.Weights[node] += weight;
        if (_part.ClassCount == 0)
        {
            var off = _part.Targets[row] - _center;
            sums.Sums[node] += weight * off;
            sums.Squares[node] += weight * off * off;
        }
        else
        {
            sums.Squares[node] += weight;
            sums.Sums[node * _outputs + _part.Classes[row]] += weight;
        }
    }

    // Below the higher value, as the middle of two neighbours may not be once it is a float.
    private static float Between(float low, float high)
    {
        var middle = (float)((double)low + ((double)high - low) / 2);
        return middle < high ? middle : low;
    }

    private readonly record struct Candidate(int Feature, float Threshold, double Gain);

    /// <summary>Weights, weighted sums and weighted squares of the rows in each open node.</summary>
    private sealed class NodeSums(int nodes, int outputs)
    {
        public double[] Weights { get; } = new double[nodes];

        public double[] Sums { get; } = new double[nodes * outputs];

        public double[] Squares { get; } = new double[nodes];

        public ArraySegment<double> Of(int node) => new(Sums, node * outputs, outputs);

        /// <summary>Whether all rows are alike.</summary>
        public bool IsPure(int node) => Squares[node] - Of(node).Sum(sum => sum * sum) / Weights[node] <= LeastImpurity * Squares[node];

        /// <summary>What is gained when these rows go left and the rest of all goes right.</summary>
        public double Gain(NodeSums all, int node)
        {
            var rest = all.Weights[node] - Weights[node];
            double own = 0, other = 0, together = 0;
            for (var i = node * outputs; i < (node + 1) * outputs; i++)
            {
                own += Sums[i] * Sums[i];
                other += (all.Sums[i] - Sums[i]) * (all.Sums[i] - Sums[i]);
                together += all.Sums[i] * all.Sums[i];
            }

            return rest <= 0 ? double.NegativeInfinity : own / Weights[node] + other / rest - together / all.Weights[node];
        }
    }
}
