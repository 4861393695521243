namespace Graincast.Training;

/// <summary>
/// Settings of scikit-learn, xgboost and LightGBM that tell those libraries how to go about a fit, not what to learn, or choose between forms of which there is one
/// here. SQL that names them runs, and is told that they have no effect.
/// </summary>
internal static class InertNames
{
    private static readonly HashSet<string> Names =
    [
        "algorithm", "break_ties", "cache_size", "copy_X", "copy_x", "criterion", "device", "eval_metric", "importance_type", "n_jobs", "nthread", "precompute", "predictor",
        "presort", "selection", "shrinking", "silent", "solver", "tree_method", "validate_parameters", "verbose", "verbosity", "warm_start",
    ];

    public static bool Contains(string name) => Names.Contains(name);
}
