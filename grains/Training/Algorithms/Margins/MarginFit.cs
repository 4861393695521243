using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Fits a linear model of one margin a label, or of a number, by L-BFGS. The scores of a classifier are distances, no probabilities; predict_proba gives
/// their softmax (two labels: the logistic function of the one score), which orders rows rightly.
/// </summary>
/// <param name="name">For progress.</param>
/// <param name="penalty">Of the squared weights, beside the mean loss.</param>
/// <param name="interceptPenalty">Of the squared intercepts.</param>
internal sealed class MarginFit(string name, double penalty, double interceptPenalty, ProgressReporter progress)
{
    // Beyond it the answer is not the minimum, and the caller should know.
    private const double ConvergedGradient = 1e-4;

    /// <param name="part">The rows.</param>
    /// <param name="settings">fit_intercept, max_iter and tol of them.</param>
    /// <param name="losses">Ever closer to the one that is meant, which is the last, each with its curvature.</param>
    public Fitted Labels(TrainingPart part, HyperparameterValues settings, params (MarginLosses.Margin Loss, double Curvature)[] losses)
    {
        var outputs = part.ClassCount == 2 ? 1 : part.ClassCount;
        var (weights, intercepts) = Minimize(part, settings, outputs, 0, [.. losses.Select(loss => (MarginLosses.OfLabels(part, loss.Loss), loss.Curvature))]);
        return LinearModels.Create(part, weights, intercepts, outputs == 1 ? Link.Logistic : Link.Softmax);
    }

    /// <summary>
    /// Of numbers. The optimiser sees them divided by their deviation: a loss that grows fourfold as residual and epsilon double, like the penalty,
    /// has the same minimum.
    /// </summary>
    /// <param name="loss">For an epsilon divided alike.</param>
    public Fitted Targets(TrainingPart part, HyperparameterValues settings, Func<double, MarginLosses.Margin> loss, double epsilon, double curvature)
    {
        var mean = part.Sum(1, (row, sum) => sum[0] += part.Targets[row])[0] / part.Weight;
        var variance = part.Sum(1, (row, sum) => sum[0] += (part.Targets[row] - mean) * (part.Targets[row] - mean))[0] / part.Weight;
        // Targets that are all alike have no deviation; their own size will do.
        var scale = variance > 0 ? Math.Sqrt(variance) : Math.Max(1, Math.Abs(mean));
        var (weights, intercepts) = Minimize(part, settings, 1, settings.Boolean("fit_intercept") ? mean / scale : 0,
            (MarginLosses.OfTargets(part, scale, loss(epsilon / scale)), curvature));
        return LinearModels.Create(part, Array.ConvertAll(weights, weight => weight * scale), Array.ConvertAll(intercepts, intercept => intercept * scale), Link.Identity);
    }

    private (double[] Weights, double[] Intercepts) Minimize(TrainingPart part, HyperparameterValues settings, int outputs, double intercept,
        params (RowLoss Loss, double Curvature)[] losses)
    {
        (double[] Weights, double[] Intercepts) model = ([], []);
        Vector<double>? natural = null;
        foreach (var (loss, curvature) in losses)
        {
            var objective = new LinearObjective(part, outputs, loss, curvature, penalty, settings.Boolean("fit_intercept")) { InterceptPenalty = interceptPenalty };
            var evaluations = 0;
            var minimizer = new ConvexMinimizer(
                point =>
                {
                    progress.Step(evaluations, () => $"{name}: L-BFGS evaluation {evaluations}");
                    evaluations++;
                    return objective.Evaluate(point);
                },
                (int)settings.Integer("max_iter"),
                settings.Real("tol"));
            var start = natural is null ? Vector<double>.Build.Dense(objective.Length) : objective.Scaled(natural);
            if (natural is null)
            {
                start[part.Width] = intercept;
            }

            var point = minimizer.Minimize(start);
            natural = objective.Natural(point);
            model = objective.Model(point);
            if (minimizer.GradientNorm > ConvergedGradient && loss == losses[^1].Loss)
            {
                progress.Say($"{name}: not converged after {minimizer.Evaluations} evaluations (gradient {minimizer.GradientNorm:G2}): raise max_iter or the penalty");
            }
        }

        return model;
    }
}
