namespace Graincast.Training;

/// <summary>
/// Settings of forests by LightGBM. Defaults are those of the library that each name comes from, as far as rows drawn without replacement can be like
/// them: a bootstrap sample has about 63 % of the rows.
/// </summary>
internal static class BaggingTables
{
    private static readonly string[] NodeFeatures = ["max_features", "feature_fraction_bynode"];
    private static readonly string[] TreeFeatures = ["feature_fraction"];

    public static HyperparameterTable XgboostForest { get; } = Table(100, 6, 1, 0.8, 0.8, 1e-5, NodeFeatures, TreeFeatures);

    public static HyperparameterTable ExtraTrees { get; } = Table(100, null, 1e-3, 1, "all", 0, NodeFeatures, TreeFeatures);

    public static HyperparameterTable ExtraTreesOfLabels { get; } = Table(100, null, 1e-3, 1, "sqrt", 0, NodeFeatures, TreeFeatures);

    /// <summary>Here max_features is drawn for a tree, not for a split.</summary>
    public static HyperparameterTable Bagging { get; } = Table(10, null, 1e-3, 0.632, "all", 0, ["feature_fraction_bynode"], ["max_features", "feature_fraction"]);

    private static HyperparameterTable Table(long trees, long? depth, double childWeight, double subsample, object nodeFeatures, double lambda,
        string[] nodeAliases, string[] treeAliases) => new(
        Hyperparameter.Integer("n_estimators", trees, 1, 10_000, "num_trees", "num_parallel_tree"),
        // null: as many as the depth or the rows allow.
        Hyperparameter.Integer("num_leaves", null, 2, BoostingTables.MaxLeaves, "max_leaf_nodes", "max_leaves"),
        Hyperparameter.Integer("max_depth", depth, -1, 64) with { AllowsNull = true },
        Hyperparameter.Integer("min_data_in_leaf", 1, 0, 1_000_000_000, "min_samples_leaf", "min_child_samples"),
        Hyperparameter.Real("min_child_weight", childWeight, 0, 1e12, "min_sum_hessian_in_leaf"),
        Hyperparameter.Real("subsample", subsample, 0.01, 1, "max_samples", "bagging_fraction"),
        Hyperparameter.Real("colsample_bytree", 1, 0.01, 1, treeAliases),
        // Up to 1 a share of the features, above 1 a number of them, drawn at each split.
        new Hyperparameter
        {
            Name = "colsample_bynode",
            Kind = HyperparameterKind.RealOrChoice,
            Default = nodeFeatures,
            Min = 1e-6,
            Max = InputReader.MaxInputs,
            Choices = ["all", "sqrt", "log2"],
            Aliases = nodeAliases,
        },
        Hyperparameter.Real("reg_alpha", 0, 0, 1e12, "lambda_l1"),
        Hyperparameter.Real("reg_lambda", lambda, 0, 1e12, "lambda_l2", "lambda"),
        Hyperparameter.Real("min_split_gain", 0, 0, 1e12, "min_gain_to_split", "gamma", "min_split_loss"),
        Hyperparameter.Integer("max_bin", 255, 2, 4095, "max_bins"),
        BoostingTables.Threads);
}
