using System.Text;

namespace Graincast.Training;

/// <summary>The parts that grow trees together: those that have rows, after parts with too few gave theirs away.</summary>
internal sealed class LightGbmMachines
{
    private readonly TrainingPart _part;
    private readonly int[] _learners;
    private readonly int _leastRows;
    private readonly bool _isTwo;

    /// <param name="part">This part's rows.</param>
    /// <param name="subsample">The share of its rows that a machine draws for a tree; it must be able to draw one.</param>
    /// <param name="isSquared">The loss is the squared error: a row's hessian is its weight.</param>
    public LightGbmMachines(TrainingPart part, double subsample, bool isSquared)
    {
        _part = part;
        _leastRows = (int)Math.Ceiling(1 / subsample);
        Own = SmallParts.HandOver(part, _leastRows);
        _learners = [.. part.Ranks.AllGather<int>([Own.LocalRows]).Index().Where(rank => rank.Item[0] > 0).Select(rank => rank.Index)];
        // LightGBM's serial learner counts the rows of a leaf, its parallel one estimates them from their hessians. Where those are not all 1 and min_data_in_leaf
        // decides, the trees differ. To grow the same trees on any number of nodes, a lone one is two machines, one with hardly a row.
        _isTwo = _learners.Length == 1 && !(isSquared && part.Weights is null) && part.Rows >= 2 * _leastRows;
    }

    /// <summary>What this part learns from.</summary>
    public TrainingPart Own { get; }

    /// <summary>As LightGBM is to know.</summary>
    public int Count => _isTwo ? 2 : _learners.Length;

    /// <summary>Grows trees; the model's text at every part, also at those that do not learn.</summary>
    /// <inheritdoc cref="LightGbmGrowth.Grow"/>
    public string Grow(LightGbmGrowth growth, float[] labels, double[] start, ProgressReporter progress)
    {
        var text = Own.LocalRows == 0 ? ""
            : _isTwo ? GrowAsTwo(growth, Own.LocalRows - _leastRows, labels, start, progress)
            : growth.Grow(.., labels, start, _part.Ranks.Among(_learners), progress);
        if (_learners.Length == _part.Ranks.Size)
        {
            return text;
        }

        var bytes = _part.Ranks.Broadcast(Encoding.UTF8.GetBytes(text), _learners[0]);
        return Own.LocalRows > 0 ? text : Encoding.UTF8.GetString(bytes);
    }

    private static string GrowAsTwo(LightGbmGrowth growth, int first, float[] labels, double[] start, ProgressReporter progress)
    {
        using var machines = new ThreadParts(2);
        return machines.Run(ranks => growth.Grow(ranks.IsRoot ? ..first : first.., labels, start, ranks, ranks.IsRoot ? progress : ProgressReporter.Silent))[0];
    }
}
