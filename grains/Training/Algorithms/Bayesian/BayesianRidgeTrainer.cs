using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Bayesian ridge regression (MacKay 1992, with the updates of Tipping 2001) as scikit-learn does it: noise and weights are normal, and their precisions
/// those with the largest evidence. All on the Gram matrix.
/// </summary>
internal sealed class BayesianRidgeTrainer : ITrainer
{
    // Below it an eigenvalue is rounding: the rows determine no more directions than they have.
    private const double RankTolerancePerFeature = 1e-14;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"bayesian_ridge: moments of {part.Rows} rows, {part.Width} features");
        var problem = GramProblem.Of(part, settings.Boolean("fit_intercept"));
        var decomposition = problem.Moments.Gram.Evd(Symmetricity.Symmetric);
        var values = decomposition.EigenValues.Real();
        var smallest = values.Maximum() * RankTolerancePerFeature * part.Width;
        values = values.Map(value => value > smallest ? value : 0);
        var cross = decomposition.EigenVectors.TransposeThisAndMultiply(Vector<double>.Build.Dense(problem.Cross));
        var evidence = new Evidence(problem, settings);
        double precision = 1;
        for (long iteration = 0; ; iteration++)
        {
            progress.Step(iteration + 1, () => $"bayesian_ridge: iteration {iteration + 1}");
            var ratio = precision / evidence.Noise;
            var weights = decomposition.EigenVectors * cross.PointwiseMultiply(values.Map(value => value > 0 ? 1 / (value + ratio) : 0, Zeros.Include));
            var change = evidence.Move(weights);
            if (iteration == settings.Integer("max_iter") || (iteration > 0 && change < settings.Real("tol")))
            {
                return problem.Model(part);
            }

            var determined = values.Sum(value => value / (ratio + value));
            precision = (determined + 2 * settings.Real("lambda_1")) / (weights.DotProduct(weights) + 2 * settings.Real("lambda_2"));
            evidence.UpdateNoise(determined);
        }
    }
}
