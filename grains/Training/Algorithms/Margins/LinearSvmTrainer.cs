namespace Graincast.Training;

/// <summary>
/// Linear support vector machines (Cortes, Vapnik 1995) as scikit-learn's LinearSVC and LinearSVR with the squared losses: minimises
/// ½ Σ w² + ½ (b / intercept_scaling)² + C · Σ loss; labels each against the rest.
/// </summary>
internal sealed class LinearSvmTrainer : ITrainer
{
    // The second derivative of a square.
    private const double Curvature = 2;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var penalty = 1 / (settings.Real("C") * part.Weight);
        var fit = new MarginFit("linear_svm", penalty, penalty / Math.Pow(settings.Real("intercept_scaling"), 2), progress);
        return part.ClassCount > 0
            ? fit.Labels(part, settings, (MarginLosses.SquaredHinge, Curvature))
            : fit.Targets(part, settings, settings.Real("epsilon"), MarginLosses.Squares, (MarginLosses.SquaredInsensitive, Curvature));
    }
}
