using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Huber's robust regression (1981) as scikit-learn defines it: minimises Σ (σ + H((y − w·x − b) / σ) · σ) + alpha · Σ w² over w, b and σ, where H is the
/// square up to epsilon and a line beyond. By reweighted least squares, σ moving along.
/// </summary>
internal sealed class HuberTrainer : ITrainer
{
    // Of the target's deviation; rows that lie on a plane have no smaller scale.
    private const double LeastScale = 1e-10;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var (epsilon, alpha) = (settings.Real("epsilon"), settings.Real("alpha"));
        var rows = new WeightedMoments(part, settings.Boolean("fit_intercept"));
        var first = rows.Of(_ => 1, row => part.Targets[row]);
        var deviation = Math.Sqrt(first.TargetSquares / part.Weight);
        var weights = new double[part.Width];
        var intercept = first.Moments.TargetMean[0];
        var scale = deviation;
        var change = double.PositiveInfinity;
        for (var iteration = 1L; scale > 0 && change > settings.Real("tol"); iteration++)
        {
            if (iteration > settings.Integer("max_iter"))
            {
                progress.Say($"huber: not converged after {iteration - 1} iterations (change {change:G2} of the target's deviation): raise max_iter");
                break;
            }

            progress.Step(iteration, () => $"huber: iteration {iteration}");
            rows.Apply(weights, intercept);
            var before = scale;
            scale = Math.Max(Scale(part, rows.Residuals, epsilon, scale), LeastScale * deviation);
            var bound = epsilon * scale;
            var (moments, _) = rows.Of(row => Math.Min(1, bound / Math.Abs(rows.Residuals[row])), row => part.Targets[row]);
            var solution = RidgeTrainer.Solve(moments, alpha * scale, part.Weight).Column(0).ToArray();
            var nextIntercept = LinearModels.Intercept(solution, moments.Mean, moments.TargetMean[0]);
            var moved = Math.Max(Moved(first.Moments, part.Weight, weights, solution), MovedAtMean(first.Moments, weights, intercept, solution, nextIntercept));
            change = Math.Max(moved, Math.Abs(scale - before)) / deviation;
            (weights, intercept) = (solution, nextIntercept);
        }

        return LinearModels.Create(part, weights, [intercept], Link.Identity);
    }

    // The σ for which the mean of H's squares is 1, where the derivative is 0: the map's fixed point, from above or below.
    private static double Scale(TrainingPart part, double[] residuals, double epsilon, double scale)
    {
        const int MaxIterations = 100;
        const double Enough = 1e-12;
        for (var i = 0; i < MaxIterations; i++)
        {
            var bound = epsilon * scale;
            var sums = part.Sum(2, (row, sum) =>
            {
                var isInside = Math.Abs(residuals[row]) < bound;
                sum[0] += isInside ? residuals[row] * residuals[row] : 0;
                sum[1] += isInside ? 0 : 1;
            });
            var next = Math.Sqrt(sums[0] / part.Weight + sums[1] / part.Weight * bound * bound);
            if (Math.Abs(next - scale) <= Enough * scale)
            {
                return next;
            }

            scale = next;
        }

        return scale;
    }

    /// <summary>How far the prediction of the mean row moves.</summary>
    internal static double MovedAtMean(Moments moments, double[] before, double interceptBefore, double[] after, double interceptAfter) =>
        Math.Abs(interceptAfter - interceptBefore + before.Select((weight, i) => (after[i] - weight) * moments.Mean[i]).Sum());

    /// <summary>How far the predictions of a typical row move.</summary>
    internal static double Moved(Moments moments, double weight, double[] before, double[] after) =>
        before.Select((own, i) => Math.Abs(after[i] - own) * Math.Sqrt(moments.Gram[i, i] / weight)).DefaultIfEmpty().Max();
}
