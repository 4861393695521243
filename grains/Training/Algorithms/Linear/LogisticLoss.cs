using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Mean log loss plus penalty/2 · Σ w², and its gradient. The optimiser sees each weight times <c>√(¼·variance + penalty)</c>, about the
/// root of the curvature, and features from their means: the same function, round enough to converge in tens of steps whatever the units.
/// </summary>
internal sealed class LogisticLoss
{
    private const double Curvature = 0.25;

    private readonly TrainingPart _part;
    private readonly double _penalty;
    private readonly bool _fitIntercept;
    private readonly double[] _mean;
    private readonly double[] _scale;
    private readonly double[] _deviations;
    private readonly double[] _margins;

    public LogisticLoss(TrainingPart part, double penalty, bool fitIntercept)
    {
        _part = part;
        _penalty = penalty;
        _fitIntercept = fitIntercept;
        Outputs = part.ClassCount == 2 ? 1 : part.ClassCount;
        (_mean, var variance) = FeatureMoments.Of(part, fitIntercept);
        _scale = Array.ConvertAll(variance, value => Math.Sqrt(Curvature * value + penalty));
        for (var i = 0; i < _scale.Length; i++)
        {
            // A constant feature without a penalty has no curvature; its gradient is zero and its weight stays so.
            _scale[i] = _scale[i] > 0 ? _scale[i] : 1;
        }

        _deviations = new double[part.Width];
        _margins = new double[Outputs];
    }

    /// <summary>1 for two labels: the second's margin.</summary>
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

            sum[^1] += LossAndSlopes(_margins, _part.Classes[row]);
            for (var k = 0; k < Outputs; k++)
            {
                var line = sum.AsSpan(k * (width + 1), width);
                TensorPrimitives.MultiplyAdd(_deviations, _margins[k], line, line);
                sum[k * (width + 1) + width] += _fitIntercept ? _margins[k] : 0;
            }
        });
        var value = sums[^1] / _part.Rows;
        var gradient = Vector<double>.Build.Dense(Length);
        for (var i = 0; i < Length; i++)
        {
            var feature = i % (width + 1);
            gradient[i] = sums[i] / _part.Rows;
            if (feature < width)
            {
                value += _penalty / 2 * weights[i] * weights[i];
                gradient[i] = (gradient[i] + _penalty * weights[i]) / _scale[feature];
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

    /// <summary>Replaces margins by the loss's derivatives and returns the loss.</summary>
    private static double LossAndSlopes(Span<double> margins, int label)
    {
        if (margins.Length == 1)
        {
            // log(1 + exp(−m)) of the margin towards the true label.
            var towards = label == 1 ? margins[0] : -margins[0];
            var loss = towards > 0 ? Math.Log(1 + Math.Exp(-towards)) : Math.Log(1 + Math.Exp(towards)) - towards;
            margins[0] = 1 / (1 + Math.Exp(-margins[0])) - label;
            return loss;
        }

        var own = margins[label];
        var largest = TensorPrimitives.Max<double>(margins);
        double sum = 0;
        foreach (ref var margin in margins)
        {
            margin = Math.Exp(margin - largest);
            sum += margin;
        }

        foreach (ref var margin in margins)
        {
            margin /= sum;
        }

        margins[label] -= 1;
        return Math.Log(sum) + largest - own;
    }

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
