namespace Graincast.Training;

/// <summary>Settings of the random forest; names and defaults are scikit-learn's, as far as FastForest has them.</summary>
internal static class ForestTables
{
    public static HyperparameterTable Regression { get; } = Table("all");

    public static HyperparameterTable Classification { get; } = Table("sqrt");

    private static HyperparameterTable Table(string maxFeatures) => new(
        Hyperparameter.Integer("n_estimators", 100, 1, 10_000, "num_trees", "number_of_trees"),
        // null: as many as there are training rows, up to the bound.
        Hyperparameter.Integer("max_leaf_nodes", null, 2, BoostingTables.MaxLeaves, "num_leaves", "max_leaves"),
        Hyperparameter.Integer("min_samples_leaf", 1, 1, 1_000_000_000, "min_data_in_leaf"),
        // Up to 1 a share of the features, above 1 a number of them, drawn at each split.
        new Hyperparameter
        {
            Name = "max_features",
            Kind = HyperparameterKind.RealOrChoice,
            Default = maxFeatures,
            Min = 1e-6,
            Max = InputReader.MaxInputs,
            Choices = ["all", "sqrt", "log2"],
            Aliases = ["colsample_bynode"],
        },
        Hyperparameter.Real("subsample", 0.7, 0.01, 1, "max_samples", "bagging_fraction"),
        Hyperparameter.Integer("max_bin", 255, 2, 1023, "max_bins"),
        BoostingTables.Threads);
}
