using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Linear models that each row in turn corrects, as scikit-learn's Perceptron, PassiveAggressiveClassifier and -Regressor, SGDClassifier and SGDRegressor: one loop
/// (<see cref="OnlineLearner"/>) with another loss, step and penalty (<see cref="OnlineMethod"/>). Labels each against the rest. The order of rows follows from the seed.
/// </summary>
/// <param name="name">For progress and errors.</param>
/// <param name="create">The method, new for each label: it keeps count of the rows.</param>
internal sealed class OnlineTrainer(string name, Func<TrainingPart, HyperparameterValues, OnlineMethod> create) : ITrainer
{
    /// <exception cref="GraincastException">22003: the steps grow until predictions are beyond the range of real.</exception>
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        var weights = new double[outputs * part.Width];
        var intercepts = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var label = outputs == 1 ? 1 : output;
            var learner = new OnlineLearner(part, settings, create(part, settings), label);
            var isInRange = learner.Run(new SplitMix64(seed), epoch => progress.Step(epoch, () => $"{name}: label {label + 1}, epoch {epoch}"));
            if (!isInRange)
            {
                throw new GraincastException(SqlState.NumericValueOutOfRange, $"{name}: the steps grow until predictions are beyond the range of real",
                    """Scale the features, as by preprocess => '{"column": {"scale": "standard"}}', or take shorter steps.""");
            }

            learner.Weights.CopyTo(weights, output * part.Width);
            intercepts[output] = learner.Intercept;
        }

        return LinearModels.Create(part, weights, intercepts, part.ClassCount == 0 ? Link.Identity : outputs == 1 ? Link.Logistic : Link.Softmax);
    }
}
