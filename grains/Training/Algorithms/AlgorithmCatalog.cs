using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Which algorithms are offered for which task. ALGORITHMS.md is the same for people; a test compares them.</summary>
internal static class AlgorithmCatalog
{
    /// <summary>The labels of <c>pgml.algorithm</c>: what a caller may name, offered or not.</summary>
    private static readonly HashSet<string> Known =
    [
        "linear", "lasso", "svm", "elastic_net", "ridge", "random_forest", "xgboost", "xgboost_random_forest", "orthogonal_matching_pursuit",
        "bayesian_ridge", "automatic_relevance_determination", "stochastic_gradient_descent", "perceptron", "passive_aggressive", "ransac",
        "theil_sen", "huber", "quantile", "kernel_ridge", "gaussian_process", "nu_svm", "ada_boost", "bagging", "extra_trees",
        "gradient_boosting_trees", "hist_gradient_boosting", "least_angle", "lasso_least_angle", "linear_svm", "lightgbm", "catboost",
        "affinity_propagation", "birch", "kmeans", "mini_batch_kmeans", "mean_shift", "pca", "dbscan", "feature_agglomeration", "optics",
        "spectral", "spectral_bi", "spectral_co", "knn", "transformers",
    ];

    public static IReadOnlyList<AlgorithmEntry> Entries { get; } =
    [
        .. Boosted(ModelTask.Regression),
        .. Boosted(ModelTask.Classification),
        new(ModelTask.Regression, "random_forest", "ML.NET FastForest", ForestTables.Regression, () => new ForestTrainer(), NonFinite.OnlyScored, IsGathered: true),
        new(ModelTask.Classification, "random_forest", "ML.NET FastForest on each label's indicator", ForestTables.Classification, () => new ForestTrainer(), NonFinite.OnlyScored, IsGathered: true),
        new(ModelTask.Regression, "linear", "ordinary least squares, normal equations", LinearTables.LeastSquares, () => new LinearRegressionTrainer()),
        new(ModelTask.Regression, "ridge", "ridge regression, normal equations", LinearTables.Ridge, () => new RidgeTrainer()),
        new(ModelTask.Classification, "linear", "logistic or softmax regression, L-BFGS", LinearTables.Logistic, () => new LogisticTrainer()),
        new(ModelTask.Classification, "ridge", "ridge classifier, normal equations", LinearTables.Ridge, () => new RidgeTrainer()),
        new(ModelTask.Clustering, "kmeans", "Lloyd's k-means from k-means++ starts", LinearTables.KMeans, () => new KMeansTrainer()),
        new(ModelTask.Decomposition, "pca", "eigenvectors of the covariance matrix", LinearTables.Pca, () => new PcaTrainer()),
    ];

    /// <summary>The task of that name.</summary>
    /// <exception cref="GraincastException">22023: no such task.</exception>
    public static ModelTask TaskOf(string name) => name switch
    {
        "regression" => ModelTask.Regression,
        "classification" => ModelTask.Classification,
        "clustering" => ModelTask.Clustering,
        "decomposition" => ModelTask.Decomposition,
        _ => throw new GraincastException(SqlState.InvalidParameter, $"unknown task \"{name}\"",
            "Tasks: regression, classification, clustering, decomposition."),
    };

    /// <summary>The algorithm of that name for that task.</summary>
    /// <exception cref="GraincastException">22023: no such algorithm; 0A000: not offered for this task.</exception>
    public static AlgorithmEntry Find(ModelTask task, string algorithm)
    {
        foreach (var entry in Entries)
        {
            if (entry.Task == task && entry.Name == algorithm)
            {
                return entry;
            }
        }

        var taskName = NameOf(task);
        var hint = $"For {taskName}: {string.Join(", ", Entries.Where(entry => entry.Task == task).Select(entry => entry.Name))}.";
        throw Known.Contains(algorithm)
            ? new GraincastException(SqlState.FeatureNotSupported, $"algorithm \"{algorithm}\" is not offered for {taskName}", hint)
            : new GraincastException(SqlState.InvalidParameter, $"unknown algorithm \"{algorithm}\"", hint);
    }

    private static IEnumerable<AlgorithmEntry> Boosted(ModelTask task) =>
    [
        Boosted(task, "lightgbm", false),
        Boosted(task, "xgboost", true),
        Boosted(task, "gradient_boosting_trees", true),
        Boosted(task, "hist_gradient_boosting", false),
    ];

    private static AlgorithmEntry Boosted(ModelTask task, string name, bool leavesFollowDepth) =>
        new(task, name, "LightGBM 4.7", BoostingTables.All, () => new LightGbmTrainer(leavesFollowDepth), NonFinite.Learnt,
            name == "lightgbm" ? null : $"{name}: trained by LightGBM, with LightGBM's defaults; the hyperparameter names of xgboost and scikit-learn are understood");

    public static string NameOf(ModelTask task) => task.ToString().ToLowerInvariant();
}
