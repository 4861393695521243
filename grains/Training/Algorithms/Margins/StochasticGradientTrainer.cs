namespace Graincast.Training;

/// <summary>
/// What scikit-learn's SGDClassifier and SGDRegressor minimise, mean loss + ½ · alpha · Σ w², at its minimum: found by L-BFGS, not by steps in a random
/// order that end near it.
/// </summary>
internal sealed class StochasticGradientTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var fit = new MarginFit("stochastic_gradient_descent", settings.Real("alpha"), 0, progress);
        var epsilon = part.ClassCount > 0 ? 0 : settings.Real("epsilon");
        return settings.Choice("loss") switch
        {
            "hinge" => fit.Labels(part, settings, MarginLosses.Rounded(MarginLosses.Hinge)),
            "squared_hinge" => fit.Labels(part, settings, (MarginLosses.SquaredHinge, 2)),
            "modified_huber" => fit.Labels(part, settings, (MarginLosses.ModifiedHuber, 2)),
            "log_loss" => fit.Labels(part, settings, (MarginLosses.Log, LogisticLoss.Curvature)),
            "huber" => fit.Targets(part, settings, epsilon, MarginLosses.Squares, (MarginLosses.Huber, 1)),
            "squared_epsilon_insensitive" => fit.Targets(part, settings, epsilon, MarginLosses.Squares, (MarginLosses.SquaredInsensitive, 2)),
            _ => fit.Targets(part, settings, epsilon, MarginLosses.Squares, (_ => MarginLosses.Squared, 1)),
        };
    }
}
