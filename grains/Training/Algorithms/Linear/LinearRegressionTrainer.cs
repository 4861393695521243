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
        var moments = Moments.Of(part, 1, (row, _) => part.Targets[row], settings.Boolean("fit_intercept"));
        var solver = new LeastSquares(moments, part.Weight);
        var weights = solver.Solve(moments.Cross.Column(0));
        for (var i = 0; i < Refinements; i++)
        {
            var correction = solver.Solve(ResidualMoments(part, moments, weights));
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] += correction[j];
            }
        }

        return LinearModels.Create(part, weights, [LinearModels.Intercept(weights, moments.Mean, moments.TargetMean[0])], Link.Identity);
    }

    private static Vector<double> ResidualMoments(TrainingPart part, Moments moments, double[] weights)
    {
        var deviations = new double[part.Width];
        return Vector<double>.Build.Dense(part.Sum(part.Width, (row, sum) =>
        {
            var features = part.Features.Row(row);
            var residual = part.Targets[row] - moments.TargetMean[0];
            for (var i = 0; i < deviations.Length; i++)
            {
                deviations[i] = features[i] - moments.Mean[i];
                residual -= weights[i] * deviations[i];
            }

            for (var i = 0; i < deviations.Length; i++)
            {
                sum[i] += residual * deviations[i];
            }
        }));
    }
}
