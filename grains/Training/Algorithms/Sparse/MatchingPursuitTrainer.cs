using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Orthogonal matching pursuit (Pati, Rezaiifar, Krishnaprasad 1993) on the Gram matrix (Rubinstein, Zibulevsky, Elad 2008): takes the feature with the
/// largest product with the residual, fits all chosen ones anew, and so on.
/// </summary>
internal sealed class MatchingPursuitTrainer : ITrainer
{
    // scikit-learn's default number of features, as a share of them.
    private const double DefaultShare = 0.1;

    // A product this much smaller than the first ones is rounding.
    private const double Rounding = 1e-14;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"orthogonal_matching_pursuit: moments of {part.Rows} rows, {part.Width} features");
        var problem = GramProblem.Of(part, settings.Boolean("fit_intercept"));
        var (most, residual) = Goal(settings, part.Width);
        var active = new ActiveSet(problem);
        var candidates = problem.Varying.ToHashSet();
        var largest = candidates.Count == 0 ? 0 : candidates.Max(feature => Math.Abs(problem.Cross[feature]));
        while (active.Features.Count < most && candidates.Count > 0 && problem.ResidualSquares > residual)
        {
            var next = candidates.Order().MaxBy(feature => Math.Abs(problem.Products[feature]));
            candidates.Remove(next);
            if (Math.Abs(problem.Products[next]) <= Rounding * largest)
            {
                break;
            }

            if (active.TryAdd(next))
            {
                var weights = active.Solve([.. active.Features.Select(feature => problem.Cross[feature])]);
                for (var i = 0; i < weights.Length; i++)
                {
                    problem.Set(active.Features[i], weights[i]);
                }
            }
        }

        return problem.Model(part);
    }

    private static (long Features, double Residual) Goal(HyperparameterValues settings, int width)
    {
        if (!settings.IsNull("tol"))
        {
            return (width, settings.Real("tol"));
        }

        var asked = settings.IntegerOr("n_nonzero_coefs", Math.Max(1, (long)(DefaultShare * width)));
        return asked <= width ? (asked, 0)
            : throw new GraincastException(SqlState.InvalidParameter, $"hyperparameter \"n_nonzero_coefs\" is {asked}, more than the {width} features", "Choose fewer, or null for a tenth of them.");
    }
}
