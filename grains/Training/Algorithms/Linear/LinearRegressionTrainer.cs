using System.Numerics.Tensors;
using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>Ordinary least squares: minimises Σ (y − w·x − b)².</summary>
internal sealed class LinearRegressionTrainer : ITrainer
{
    // Normal equations square the condition number; each pass over the residuals wins the lost digits back
    // (corrected seminormal equations, Björck 1987).
    private const int Refinements = 2;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"linear: normal equations of {part.Rows} rows, {part.Width} features");
        Func<int, int, double> target = (row, _) => part.Targets[row];
        var moments = Moments.Of(part, 1, target, settings.Boolean("fit_intercept"));
        var solver = new LeastSquares(moments, part.Weight);
        var weights = solver.Solve(moments.Cross.Column(0));
        for (var i = 0; i < Refinements; i++)
        {
            var correction = solver.Solve(ResidualMoments(part, moments, target, weights));
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] += correction[j];
            }
        }

        return LinearModels.Create(part, weights, [LinearModels.Intercept(weights, moments.Mean, moments.TargetMean[0])], Link.Identity);
    }

    private static Vector<double> ResidualMoments(TrainingPart part, Moments moments, Func<int, int, double> target, double[] weights) =>
        Vector<double>.Build.Dense(CentredColumns.Sum(part, part.Width, [.. moments.Mean, .. moments.TargetMean], target, (columns, sum) =>
        {
            var residuals = columns[part.Width];
            for (var i = 0; i < part.Width; i++)
            {
                TensorPrimitives.MultiplyAdd(columns[i], -weights[i], residuals, residuals);
            }

            var weighed = columns.Weigh(residuals);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += TensorPrimitives.Dot(weighed, columns[i]);
            }
        }));
}
