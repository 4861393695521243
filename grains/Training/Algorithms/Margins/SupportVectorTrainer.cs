namespace Graincast.Training;

/// <summary>
/// Support vector machines (Cortes, Vapnik 1995) as LIBSVM's, scikit-learn's SVC and SVR, with the linear kernel: minimises ½ Σ w² + C · Σ loss, the hinge or the
/// epsilon-insensitive loss; each pair of labels apart.
/// </summary>
internal sealed class SupportVectorTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var fit = new MarginFit("svm", 1 / (settings.Real("C") * part.Weight), 0, progress);
        return part.ClassCount > 0
            ? fit.Pairs(part, settings, MarginLosses.Rounded(MarginLosses.Hinge))
            : fit.Targets(part, settings, settings.Real("epsilon"), MarginLosses.Lines,
                [.. MarginLosses.Roundings.Select(width => ((Func<double, MarginLosses.Margin>)(epsilon => MarginLosses.Insensitive(epsilon, width)), 1.0))]);
    }
}
