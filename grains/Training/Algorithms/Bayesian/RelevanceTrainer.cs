using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Automatic relevance determination (MacKay 1994; updates of Tipping 2001) as scikit-learn does it: each weight has a precision of its own, and is left
/// out once that is above threshold_lambda. All on the Gram matrix.
/// </summary>
internal sealed class RelevanceTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"automatic_relevance_determination: moments of {part.Rows} rows, {part.Width} features");
        var problem = GramProblem.Of(part, settings.Boolean("fit_intercept"));
        var evidence = new Evidence(problem, settings);
        var kept = problem.Varying;
        var precisions = Enumerable.Repeat(1.0, part.Width).ToArray();
        for (long iteration = 0; kept.Length > 0 && problem.TargetSquares > 0; iteration++)
        {
            progress.Step(iteration + 1, () => $"automatic_relevance_determination: iteration {iteration + 1}, {kept.Length} features");
            var (weights, variances) = Posterior(problem, kept, precisions, evidence.Noise);
            var change = evidence.Move(weights);
            if (iteration == settings.Integer("max_iter") || (iteration > 0 && change < settings.Real("tol")))
            {
                break;
            }

            double determined = 0;
            for (var i = 0; i < kept.Length; i++)
            {
                var own = 1 - precisions[kept[i]] * variances[i];
                determined += own;
                precisions[kept[i]] = (own + 2 * settings.Real("lambda_1")) / (Math.Pow(weights[kept[i]], 2) + 2 * settings.Real("lambda_2"));
            }

            evidence.UpdateNoise(determined);
            var dropped = kept.Where(feature => precisions[feature] >= settings.Real("threshold_lambda")).ToList();
            dropped.ForEach(feature => problem.Set(feature, 0));
            kept = [.. kept.Except(dropped)];
        }

        return problem.Model(part);
    }

    // Columns that depend on each other leave a pivot that is rounding, or 0, once the noise is small: so much more on a diagonal of ones keeps it above.
    private const double Jitter = 1e-12;

    // Means of all weights, 0 for those left out, and variances of the kept ones.
    private static (Vector<double> Weights, Vector<double> Variances) Posterior(GramProblem problem, int[] kept, double[] precisions, double noise)
    {
        var scales = Array.ConvertAll(kept, feature => 1 / Math.Sqrt(noise * problem.Line(feature)[feature] + precisions[feature]));
        var inverse = Matrix<double>.Build.Dense(kept.Length, kept.Length,
            (i, j) => i == j ? 1 + Jitter : noise * problem.Line(kept[i])[kept[j]] * scales[i] * scales[j]).Inverse();
        inverse.MapIndexedInplace((i, j, value) => value * scales[i] * scales[j]);
        var solution = inverse * Vector<double>.Build.Dense(kept.Length, i => noise * problem.Cross[kept[i]]);
        var weights = Vector<double>.Build.Dense(problem.Width);
        for (var i = 0; i < kept.Length; i++)
        {
            weights[kept[i]] = solution[i];
        }

        return (weights, inverse.Diagonal());
    }
}
