using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// One linear score, corrected row by row: every epoch takes all rows in a new random order, until n_iter_no_change epochs in turn have not brought the mean loss (each row's before it is
/// learnt from) down by tol, and steps cannot be shortened, or max_iter are over. With <c>average</c> the answer is the mean of the models on the way (Freund, Schapire 1999;
/// Polyak, Juditsky 1992), not the last of them.
/// </summary>
/// <param name="part">The rows, all at this node.</param>
/// <param name="settings">max_iter, tol, n_iter_no_change, shuffle, average and fit_intercept of them.</param>
/// <param name="method">What is done with a row.</param>
/// <param name="label">The label against the rest; unused for numbers.</param>
internal sealed class OnlineLearner(TrainingPart part, HyperparameterValues settings, OnlineMethod method, int label)
{
    // scikit-learn's: steps that grow from row to row, as those of features of another scale do, end in large numbers instead of none.
    private const double SteepestSlope = 1e12;

    private readonly double[] _features = new double[part.Width];
    private readonly double[] _weights = new double[part.Width];
    private readonly double[] _sum = new double[part.Width];
    private readonly bool _fitIntercept = settings.Boolean("fit_intercept");
    private readonly bool _isAveraged = settings.Boolean("average");
    private double _intercept;
    private double _interceptSum;
    private double _summed;
    private double _largestScore;

    public double[] Weights => _isAveraged ? Array.ConvertAll(_sum, weight => weight / _summed) : _weights;

    public double Intercept => _isAveraged ? _interceptSum / _summed : _intercept;

    /// <returns>Whether its scores are in the range of real, in which predictions are; it goes on no longer once they are not.</returns>
    public bool Run(SplitMix64 random, Action<long> begin)
    {
        var order = Enumerable.Range(0, part.LocalRows).ToArray();
        var isShuffled = settings.Boolean("shuffle");
        var best = double.PositiveInfinity;
        var since = 0L;
        for (var epoch = 1L; epoch <= settings.Integer("max_iter"); epoch++)
        {
            begin(epoch);
            if (isShuffled)
            {
                Shuffle(order, random);
            }

            var loss = Pass(order);
            if (!(_largestScore <= float.MaxValue))
            {
                return false;
            }

            since = loss > best - settings.Real("tol") ? since + 1 : 0;
            best = Math.Min(best, loss);
            if (since < settings.Integer("n_iter_no_change"))
            {
                continue;
            }

            if (!method.Steps.Shorten())
            {
                break;
            }

            since = 0;
        }

        return true;
    }

    // Fisher and Yates.
    private static void Shuffle(int[] order, SplitMix64 random)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = (int)(random.NextDouble() * (i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }
    }

    /// <returns>The mean loss of the epoch's rows.</returns>
    private double Pass(int[] order)
    {
        if (!method.AveragesAll)
        {
            Array.Clear(_sum);
            (_interceptSum, _summed) = (0, 0);
        }

        _largestScore = 0;
        double sum = 0;
        foreach (var row in order)
        {
            var weight = part.WeightOf(row);
            sum += weight * Learn(row, weight);
            if (_isAveraged)
            {
                TensorPrimitives.MultiplyAdd(_weights, weight, _sum, _sum);
                _interceptSum += weight * _intercept;
                _summed += weight;
            }
        }

        return sum / part.Weight;
    }

    /// <returns>The row's loss before it was learnt from.</returns>
    private double Learn(int row, double weight)
    {
        TensorPrimitives.ConvertTruncating<float, double>(part.Features.Row(row), _features);
        var score = TensorPrimitives.Dot<double>(_weights, _features) + _intercept;
        _largestScore = Math.Max(_largestScore, Math.Abs(score));
        var isNumber = part.ClassCount == 0;
        var side = isNumber || part.Classes[row] == label ? 1 : -1;
        var (loss, slope) = method.Loss(side * (isNumber ? score - part.Targets[row] : score));
        var length = method.Steps.Next(loss, _features, weight);
        method.Penalty?.Shrink(_weights, length);
        if (slope != 0)
        {
            var step = -side * Math.Clamp(slope, -SteepestSlope, SteepestSlope) * length;
            TensorPrimitives.MultiplyAdd(_features, step, _weights, _weights);
            _intercept += _fitIntercept ? step : 0;
        }

        method.Penalty?.Truncate(_weights, length);
        return loss;
    }
}
