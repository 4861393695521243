namespace Graincast.Training;

/// <summary>
/// Settings of boosted trees. Defaults are LightGBM's (scikit-learn's HistGradientBoosting has the same); the names of LightGBM, xgboost,
/// catboost and scikit-learn are all understood.
/// </summary>
internal static class BoostingTables
{
    public const int MaxLeaves = 4096;

    public static HyperparameterTable All { get; } = new(
        Hyperparameter.Integer("n_estimators", 100, 1, 10_000, "num_iterations", "num_iteration", "num_boost_round", "num_rounds", "num_round", "num_trees", "max_iter", "iterations"),
        Hyperparameter.Real("learning_rate", 0.1, 1e-6, 10, "eta", "shrinkage_rate"),
        Hyperparameter.Integer("num_leaves", 31, 2, MaxLeaves, "max_leaves", "max_leaf_nodes"),
        Hyperparameter.Integer("max_depth", null, -1, 64, "depth"),
        Hyperparameter.Integer("min_data_in_leaf", 20, 0, 1_000_000_000, "min_samples_leaf", "min_child_samples"),
        Hyperparameter.Real("min_child_weight", 1e-3, 0, 1e12, "min_sum_hessian_in_leaf"),
        Hyperparameter.Real("subsample", 1, 0.01, 1, "bagging_fraction"),
        Hyperparameter.Real("colsample_bytree", 1, 0.01, 1, "feature_fraction", "rsm"),
        Hyperparameter.Real("colsample_bynode", 1, 0.01, 1, "feature_fraction_bynode"),
        Hyperparameter.Real("reg_alpha", 0, 0, 1e12, "lambda_l1", "alpha"),
        Hyperparameter.Real("reg_lambda", 0, 0, 1e12, "lambda_l2", "lambda", "l2_regularization", "l2_leaf_reg"),
        Hyperparameter.Real("min_split_gain", 0, 0, 1e12, "min_gain_to_split", "gamma", "min_split_loss"),
        Hyperparameter.Integer("max_bin", 255, 2, 4095, "max_bins", "border_count"),
        Threads);

    /// <summary>OpenMP threads beside a busy Postgres were 2–5 times slower: 1 unless asked for.</summary>
    public static Hyperparameter Threads => Hyperparameter.Integer("num_threads", 1, 1, Environment.ProcessorCount, "n_jobs", "nthread", "thread_count");
}
