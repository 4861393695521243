using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Fits a linear model of one margin a label or pair of labels, or of a number, by L-BFGS. The scores of a classifier are distances, no probabilities; predict_proba gives
/// their softmax (two labels: the logistic function of the one score), which orders rows rightly, and of pairs the share that each label wins.
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
        var (weights, intercepts) = Minimize(part, settings, outputs, 0, penalty, [.. losses.Select(loss => (MarginLosses.OfLabels(part, loss.Loss), loss.Curvature))]);
        return LinearModels.Create(part, weights, intercepts, outputs == 1 ? Link.Logistic : Link.Softmax);
    }

    /// <inheritdoc cref="Labels"/>
    /// <exception cref="GraincastException">22023: more pairs than an image has scores.</exception>
    public Fitted Pairs(TrainingPart part, HyperparameterValues settings, params (MarginLosses.Margin Loss, double Curvature)[] losses)
    {
        var pairs = part.ClassCount * (part.ClassCount - 1L) / 2;
        if (pairs > ImageLayout.MaxOutputs)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"{name} tells each pair of labels apart: {part.ClassCount} labels are {pairs} pairs, {ImageLayout.MaxOutputs} are allowed",
                "Train linear_svm: it tells each label from the rest.");
        }

        var (weights, intercepts) = Minimize(part, settings, (int)pairs, 0, penalty, [.. losses.Select(loss => (MarginLosses.OfPairs(part, loss.Loss), loss.Curvature))]);
        return LinearModels.Create(part, weights, intercepts, pairs == 1 ? Link.Logistic : Link.Votes);
    }

    /// <summary>
    /// Of numbers. The optimiser sees them divided by their deviation: a loss that grows fourfold as residual and epsilon double, like the penalty,
    /// has the same minimum; one that only doubles has it with twice the penalty.
    /// </summary>
    /// <param name="growth"><see cref="MarginLosses.Lines"/> or <see cref="MarginLosses.Squares"/>.</param>
    /// <param name="losses">For an epsilon divided alike; ever closer to the one that is meant, each with its curvature.</param>
    public Fitted Targets(TrainingPart part, HyperparameterValues settings, double epsilon, int growth, params (Func<double, MarginLosses.Margin> Loss, double Curvature)[] losses)
    {
        var mean = part.Sum(1, (row, sum) => sum[0] += part.Targets[row])[0] / part.Weight;
        var variance = part.Sum(1, (row, sum) => sum[0] += (part.Targets[row] - mean) * (part.Targets[row] - mean))[0] / part.Weight;
        // Targets that are all alike have no deviation; their own size will do.
        var scale = variance > 0 ? Math.Sqrt(variance) : Math.Max(1, Math.Abs(mean));
        var (weights, intercepts) = Minimize(part, settings, 1, settings.Boolean("fit_intercept") ? mean / scale : 0, penalty * Math.Pow(scale, MarginLosses.Squares - growth),
            [.. losses.Select(loss => (MarginLosses.OfTargets(part, scale, loss.Loss(epsilon / scale)), loss.Curvature))]);
        return LinearModels.Create(part, Array.ConvertAll(weights, weight => weight * scale), Array.ConvertAll(intercepts, intercept => intercept * scale), Link.Identity);
    }

    private (double[] Weights, double[] Intercepts) Minimize(TrainingPart part, HyperparameterValues settings, int outputs, double intercept, double weightPenalty,
        params (RowLoss Loss, double Curvature)[] losses)
    {
        (double[] Weights, double[] Intercepts) model = ([], []);
        Vector<double>? natural = null;
        foreach (var (loss, curvature) in losses)
        {
            var objective = new LinearObjective(part, outputs, loss, curvature, weightPenalty, settings.Boolean("fit_intercept")) { InterceptPenalty = interceptPenalty };
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
