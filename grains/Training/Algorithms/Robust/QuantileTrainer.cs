using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Linear quantile regression (Koenker, Bassett 1978) as scikit-learn defines it: minimises the mean pinball loss plus alpha · Σ |w|. By majorising
/// parabolas (Hunter, Lange 2000): each is a lasso of reweighted rows. The loss's corner is rounded by a millionth of the target's deviation.
/// </summary>
internal sealed class QuantileTrainer : ITrainer
{
    // Of the target's deviation: wide parabolas first, then ever closer to the corner.
    private const double FirstRounding = 0.1;
    private const double LastRounding = 1e-6;
    private const double RoundingFactor = 0.5;

    // Each lasso starts from the last one's weights, so few sweeps do.
    private const int MaxSweeps = 1000;
    private const double GapTolerance = 1e-12;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var quantile = settings.Real("quantile");
        var penalty = settings.Real("alpha") * part.Weight;
        var rows = new WeightedMoments(part, settings.Boolean("fit_intercept"));
        var first = rows.Of(_ => 1, row => part.Targets[row]);
        var deviation = Math.Sqrt(first.TargetSquares / part.Weight);
        var weights = new double[part.Width];
        var intercept = first.Moments.TargetMean[0];
        var rounding = FirstRounding * deviation;
        for (var iteration = 1L; deviation > 0; iteration++)
        {
            if (iteration > settings.Integer("max_iter"))
            {
                progress.Say($"quantile: not converged after {iteration - 1} iterations: raise max_iter");
                break;
            }

            progress.Step(iteration, () => $"quantile: iteration {iteration}");
            rows.Apply(weights, intercept);
            double Width(int row) => Math.Abs(rows.Residuals[row]) + rounding;
            var (moments, squares) = rows.Of(row => deviation / (2 * Width(row)), row => part.Targets[row] + (2 * quantile - 1) * Width(row));
            var solution = Solve(moments, squares, part.Weight, penalty * deviation, weights);
            var nextIntercept = LinearModels.Intercept(solution, moments.Mean, moments.TargetMean[0]);
            var change = Math.Max(HuberTrainer.Moved(first.Moments, part.Weight, weights, solution),
                HuberTrainer.MovedAtMean(first.Moments, weights, intercept, solution, nextIntercept)) / deviation;
            (weights, intercept) = (solution, nextIntercept);
            if (change <= settings.Real("tol") && rounding <= LastRounding * deviation)
            {
                break;
            }

            rounding = Math.Max(LastRounding * deviation, rounding * RoundingFactor);
        }

        return LinearModels.Create(part, weights, [intercept], Link.Identity);
    }

    private static double[] Solve(Moments moments, double squares, double weight, double penalty, double[] start)
    {
        if (penalty == 0)
        {
            return new LeastSquares(moments, weight).Solve(moments.Cross.Column(0));
        }

        var problem = new GramProblem(moments, squares, weight);
        foreach (var feature in problem.Varying)
        {
            problem.Set(feature, start[feature]);
        }

        new CoordinateDescent(problem, penalty, 0, false).Minimize(MaxSweeps, GapTolerance, _ => { });
        return problem.Weights;
    }
}
