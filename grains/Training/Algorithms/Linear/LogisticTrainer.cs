using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Logistic regression (two labels) and softmax regression (more) as scikit-learn defines it:
/// minimises C · Σ log loss + ½ Σ w², the intercepts not penalised.
/// </summary>
internal sealed class LogisticTrainer : ITrainer
{
    // Beyond it the answer is not the minimum, and the caller should know.
    private const double ConvergedGradient = 1e-4;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var penalty = settings.Choice("penalty") == "l2" ? 1 / (settings.Real("C") * part.Weight) : 0;
        var loss = new LinearObjective(part, part.ClassCount == 2 ? 1 : part.ClassCount, (margins, row) => LogisticLoss.Slopes(margins, part.Classes[row]),
            LogisticLoss.Curvature, penalty, settings.Boolean("fit_intercept"));
        var evaluations = 0;
        var minimizer = new ConvexMinimizer(
            point =>
            {
                progress.Step(evaluations, () => $"linear: L-BFGS evaluation {evaluations}");
                evaluations++;
                return loss.Evaluate(point);
            },
            (int)settings.Integer("max_iter"),
            settings.Real("tol"));
        var point = minimizer.Minimize(Vector<double>.Build.Dense(loss.Length));
        if (minimizer.GradientNorm > ConvergedGradient)
        {
            progress.Say($"linear: not converged after {minimizer.Evaluations} evaluations (gradient {minimizer.GradientNorm:G2}): raise max_iter or lower C");
        }

        var (weights, intercepts) = loss.Model(point);
        return LinearModels.Create(part, weights, intercepts, loss.Outputs == 1 ? Link.Logistic : Link.Softmax);
    }
}
