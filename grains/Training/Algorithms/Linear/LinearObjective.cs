using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>A row's loss; replaces its margins, one an output, by the loss's derivatives.</summary>
internal delegate double RowLoss(Span<double> margins, int row);

/// <summary>
/// Mean loss plus penalty/2 · Σ w², and its gradient. The optimiser sees each weight times <c>√(curvature·variance + penalty)</c>, about the
/// root of the objective's curvature, and features from their means: the same function, round enough to converge in tens of steps whatever the units.
/// </summary>
internal sealed class LinearObjective
{
    private readonly TrainingPart _part;
    private readonly RowLoss _loss;
    private readonly double _penalty;
    private readonly bool _fitIntercept;
    private readonly double[] _mean;
    private readonly double[] _scale;
    private readonly double[] _deviations;
    private readonly double[] _margins;

    /// <param name="part">The rows.</param>
    /// <param name="outputs">Margins a row.</param>
    /// <param name="loss">Of a local row.</param>
    /// <param name="curvature">About the loss's second derivative where it bends.</param>
    /// <param name="penalty">Of the squared weights.</param>
    /// <param name="fitIntercept">Otherwise they stay 0.</param>
    public LinearObjective(TrainingPart part, int outputs, RowLoss loss, double curvature, double penalty, bool fitIntercept)
    {
        _part = part;
        _loss = loss;
        _penalty = penalty;
        _fitIntercept = fitIntercept;
        Outputs = outputs;
        var (mean, variance) = FeatureMoments.Of(part, fitIntercept);
        // Narrowed, they are the same numbers on any number of nodes: the optimiser sees the same function.
        _mean = Array.ConvertAll(mean, value => (double)(float)value);
        _scale = Array.ConvertAll(variance, value => (double)(float)Math.Min(float.MaxValue, Math.Sqrt(curvature * value + penalty)));
        for (var i = 0; i < _scale.Length; i++)
        {
            // A constant feature without a penalty has no curvature; its gradient is zero and its weight stays so.
            _scale[i] = _scale[i] > 0 ? _scale[i] : 1;
        }

        _deviations = new double[part.Width];
        _margins = new double[Outputs];
    }

    /// <summary>Of the squared intercepts, in the features' own units; 0 unless set.</summary>
    public double InterceptPenalty { get; init; }

    public int Outputs { get; }

    /// <summary>Weights and one intercept an output.</summary>
    public int Length => Outputs * (_part.Width + 1);

    public (double Value, Vector<double> Gradient) Evaluate(Vector<double> point)
    {
        var width = _part.Width;
        var weights = Unscale(point);
        // The last number sums the loss.
        var sums = _part.Sum(Length + 1, (row, sum) =>
        {
            Center(row);
            for (var k = 0; k < Outputs; k++)
            {
                _margins[k] = TensorPrimitives.Dot<double>(weights.AsSpan(k * (width + 1), width), _deviations) + weights[k * (width + 1) + width];
            }

            sum[^1] += _loss(_margins, row);
            for (var k = 0; k < Outputs; k++)
            {
                // Right by far, or no row of this pair of labels.
                if (_margins[k] == 0)
                {
                    continue;
                }

                var line = sum.AsSpan(k * (width + 1), width);
                TensorPrimitives.MultiplyAdd(_deviations, _margins[k], line, line);
                sum[k * (width + 1) + width] += _fitIntercept ? _margins[k] : 0;
            }
        });
        var value = sums[^1] / _part.Weight;
        var gradient = Vector<double>.Build.Dense(Length);
        for (var i = 0; i < Length; i++)
        {
            var feature = i % (width + 1);
            gradient[i] = sums[i] / _part.Weight;
            if (feature < width)
            {
                value += _penalty / 2 * weights[i] * weights[i];
                gradient[i] = (gradient[i] + _penalty * weights[i]) / _scale[feature];
            }
        }

        for (var k = 0; k < Outputs && InterceptPenalty > 0 && _fitIntercept; k++)
        {
            var start = k * (width + 1);
            var intercept = LinearModels.Intercept(weights.AsSpan(start, width), _mean, weights[start + width]);
            value += InterceptPenalty / 2 * intercept * intercept;
            gradient[start + width] += InterceptPenalty * intercept;
            for (var i = 0; i < width; i++)
            {
                gradient[start + i] -= InterceptPenalty * intercept * _mean[i] / _scale[i];
            }
        }

        return (value, gradient);
    }

    /// <summary>Weights (outputs × features) and intercepts in the features' own units.</summary>
    public (double[] Weights, double[] Intercepts) Model(Vector<double> point)
    {
        var width = _part.Width;
        var all = Unscale(point);
        var weights = new double[Outputs * width];
        var intercepts = new double[Outputs];
        for (var k = 0; k < Outputs; k++)
        {
            var own = all.AsSpan(k * (width + 1), width);
            own.CopyTo(weights.AsSpan(k * width));
            intercepts[k] = LinearModels.Intercept(own, _mean, all[k * (width + 1) + width]);
        }

        return (weights, intercepts);
    }

    /// <summary>The point in the features' units: for another objective of the same rows.</summary>
    public Vector<double> Natural(Vector<double> point) => Vector<double>.Build.Dense(Unscale(point));

    /// <summary>Where the optimiser of this objective sees a point in the features' units.</summary>
    public Vector<double> Scaled(Vector<double> natural) =>
        Vector<double>.Build.Dense(natural.Count, i => natural[i] * (i % (_part.Width + 1) is var feature && feature < _part.Width ? _scale[feature] : 1));

    private double[] Unscale(Vector<double> point)
    {
        var weights = point.ToArray();
        for (var i = 0; i < weights.Length; i++)
        {
            var feature = i % (_part.Width + 1);
            weights[i] /= feature < _part.Width ? _scale[feature] : 1;
        }

        return weights;
    }

    private void Center(int row)
    {
        var features = _part.Features.Row(row);
        for (var i = 0; i < features.Length; i++)
        {
            _deviations[i] = features[i] - _mean[i];
        }
    }
}
