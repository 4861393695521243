using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Reweighted least squares over all parts: each row has a weight and a target of its own, which follow from its residual. Every part keeps the residuals
/// of its rows; only moments travel.
/// </summary>
internal sealed class WeightedMoments
{
    private readonly TrainingPart _part;
    private readonly bool _isCentred;

    public WeightedMoments(TrainingPart part, bool fitIntercept)
    {
        _part = part;
        _isCentred = fitIntercept;
        Residuals = new double[part.LocalRows];
    }

    /// <summary>Of the local rows.</summary>
    public double[] Residuals { get; }

    /// <summary>Residuals of this model.</summary>
    public void Apply(double[] weights, double intercept)
    {
        for (var row = 0; row < Residuals.Length; row++)
        {
            var features = _part.Features.Row(row);
            var residual = _part.Targets[row] - intercept;
            for (var i = 0; i < features.Length; i++)
            {
                residual -= weights[i] * features[i];
            }

            Residuals[row] = residual;
        }
    }

    /// <summary>Moments with each row counted as often as its weight says.</summary>
    /// <param name="weight">Of a local row, above 0.</param>
    /// <param name="target">Of a local row.</param>
    public (Moments Moments, double TargetSquares) Of(Func<int, double> weight, Func<int, double> target)
    {
        Moments.CheckWidth(_part);
        var width = _part.Width;
        var length = width + 1;
        var mean = new double[length];
        if (_isCentred)
        {
            // The last number is the sum of weights.
            var sums = _part.Sum(length + 1, (row, sum) =>
            {
                var own = weight(row);
                var features = _part.Features.Row(row);
                for (var i = 0; i < features.Length; i++)
                {
                    sum[i] += own * features[i];
                }

                sum[width] += own * target(row);
                sum[length] += own;
            });
            TensorPrimitives.Divide(sums.AsSpan(0, length), sums[length], mean);
        }

        var values = new double[length];
        var products = _part.Sum(length * length, (row, sum) =>
        {
            var own = weight(row);
            var features = _part.Features.Row(row);
            for (var i = 0; i < features.Length; i++)
            {
                values[i] = features[i] - mean[i];
            }

            values[width] = target(row) - mean[width];
            for (var i = 0; i < length; i++)
            {
                var line = sum.AsSpan(i * length + i, length - i);
                TensorPrimitives.MultiplyAdd(values.AsSpan(i), own * values[i], line, line);
            }
        });
        var moments = new Moments(mean[..width], mean[width..],
            Matrix<double>.Build.Dense(width, width, (i, j) => products[Math.Min(i, j) * length + Math.Max(i, j)]),
            Matrix<double>.Build.Dense(width, 1, (i, _) => products[i * length + width]));
        return (moments, products[^1]);
    }
}
