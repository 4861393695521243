namespace Graincast.Training;

/// <summary>What tells apart the learners that go row by row. Each row moves the weights by minus its slope, times a length.</summary>
/// <param name="Loss">Of a margin and its slope: for a label ±1 towards it, for a number how far the prediction is above it.</param>
/// <param name="Steps">How long a row's step is.</param>
/// <param name="Penalty">Of the weights; null = none.</param>
/// <param name="AveragesAll">The mean that <c>average</c> asks for is of every model there was, not of the last epoch's.</param>
internal sealed record OnlineMethod(MarginLosses.Margin Loss, IStepLength Steps, WeightPenalty? Penalty = null, bool AveragesAll = false)
{
    /// <summary>The perceptron (Rosenblatt 1958): gradient descent on max(0, −margin) with steps of eta0.</summary>
    public static OnlineMethod Perceptron(TrainingPart part, HyperparameterValues settings) =>
        new(MarginLosses.Perceptron, LearningRate.Constant(part, settings.Real("eta0")));

    /// <summary>Passive-aggressive learning (Crammer, Dekel, Keshet, Shalev-Shwartz, Singer 2006).</summary>
    public static OnlineMethod PassiveAggressive(TrainingPart part, HyperparameterValues settings) =>
        new(part.ClassCount > 0 ? MarginLosses.Hinge(0) : MarginLosses.Insensitive(settings.Real("epsilon"), 0), new AggressiveStep(settings));

    /// <summary>
    /// Stochastic gradient descent (Bottou: Large-scale machine learning with stochastic gradient descent, COMPSTAT 2010; Stochastic gradient descent tricks, 2012) on mean
    /// loss + alpha · penalty, as scikit-learn documents it. It stops when epochs no longer help, before the minimum.
    /// </summary>
    public static OnlineMethod StochasticGradient(TrainingPart part, HyperparameterValues settings)
    {
        var epsilon = part.ClassCount > 0 ? 0 : settings.Real("epsilon");
        MarginLosses.Margin loss = settings.Choice("loss") switch
        {
            "hinge" => MarginLosses.Hinge(0),
            "squared_hinge" => MarginLosses.SquaredHinge,
            "modified_huber" => MarginLosses.ModifiedHuber,
            "log_loss" => MarginLosses.Log,
            "perceptron" => MarginLosses.Perceptron,
            "huber" => MarginLosses.Huber(epsilon),
            "epsilon_insensitive" => MarginLosses.Insensitive(epsilon, 0),
            "squared_epsilon_insensitive" => MarginLosses.SquaredInsensitive(epsilon),
            _ => MarginLosses.Squared,
        };
        return new(loss, LearningRate.Of(part, settings, loss), new WeightPenalty(settings, part.Width), AveragesAll: true);
    }
}
