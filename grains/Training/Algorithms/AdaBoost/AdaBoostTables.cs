namespace Graincast.Training;

/// <summary>Settings of AdaBoost; names and defaults are scikit-learn's, with the depth of its trees beside them.</summary>
internal static class AdaBoostTables
{
    // A tree of labels is stored once for each label that it can answer: 2^8 leaves at most.
    private const int MaxDepth = 8;

    public static HyperparameterTable Labels { get; } = Table(1);

    public static HyperparameterTable Numbers { get; } = Table(3, Hyperparameter.Choice("loss", "linear", "linear", "square", "exponential"));

    private static HyperparameterTable Table(long depth, params Hyperparameter[] more) => new(
    [
        Hyperparameter.Integer("n_estimators", 50, 1, 10_000, "num_trees"),
        Hyperparameter.Real("learning_rate", 1, 1e-6, 10),
        Hyperparameter.Integer("max_depth", depth, 1, MaxDepth),
        .. more,
    ]);
}
