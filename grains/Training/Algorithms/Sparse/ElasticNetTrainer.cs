using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// The lasso (Tibshirani 1996) and the elastic net (Zou, Hastie 2005) as scikit-learn defines them: minimises
/// 1/(2n) · Σ (y − w·x − b)² + alpha · l1_ratio · Σ |w| + ½ · alpha · (1 − l1_ratio) · Σ w², the intercept not penalised.
/// </summary>
/// <param name="isLasso">An l1_ratio of 1.</param>
internal sealed class ElasticNetTrainer(bool isLasso) : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var name = isLasso ? "lasso" : "elastic_net";
        progress.Say($"{name}: moments of {part.Rows} rows, {part.Width} features");
        var ratio = isLasso ? 1 : settings.Real("l1_ratio");
        var penalty = settings.Real("alpha") * part.Weight;
        var isPositive = settings.Boolean("positive");
        var problem = GramProblem.Of(part, settings.Boolean("fit_intercept"));
        if (penalty * ratio == 0 && !isPositive)
        {
            // Ridge, or least squares: in one step.
            var solution = RidgeTrainer.Solve(problem.Moments, penalty, part.Weight).Column(0);
            foreach (var feature in problem.Varying)
            {
                problem.Set(feature, solution[feature]);
            }

            return problem.Model(part);
        }

        var descent = new CoordinateDescent(problem, penalty * ratio, penalty * (1 - ratio), isPositive);
        if (!descent.Minimize(settings.Integer("max_iter"), settings.Real("tol"), sweep => progress.Step(sweep, () => $"{name}: sweep {sweep}")))
        {
            progress.Say($"{name}: not converged after {settings.Integer("max_iter")} sweeps (duality gap {descent.Gap:G2} of the target's squares): raise max_iter or alpha");
        }

        return problem.Model(part);
    }
}
