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
        .. Forests(ModelTask.Regression),
        .. Forests(ModelTask.Classification),
        new(ModelTask.Regression, "ada_boost", "AdaBoost.R2, trees of our own", AdaBoostTables.Numbers, () => new AdaBoostTrainer(),
            Notice: "ada_boost: trained by AdaBoost.R2; it answers with the weighted mean of its trees instead of their weighted median", IsGathered: true),
        new(ModelTask.Classification, "ada_boost", "AdaBoost (SAMME), trees of our own", AdaBoostTables.Labels, () => new AdaBoostTrainer(), IsGathered: true),
        .. Penalised(),
        .. Margins(),
        new(ModelTask.Clustering, "kmeans", "Lloyd's k-means from k-means++ starts", LinearTables.KMeans, () => new KMeansTrainer()),
        new(ModelTask.Clustering, "mini_batch_kmeans", "Lloyd's k-means from k-means++ starts", LinearTables.MiniBatchKMeans, () => new KMeansTrainer(),
            Notice: "mini_batch_kmeans: trained by k-means over all rows, which mini batches approximate; batch_size has no effect"),
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
        Boosted(task, "catboost", true),
    ];

    private static AlgorithmEntry Boosted(ModelTask task, string name, bool leavesFollowDepth) =>
        new(task, name, "LightGBM 4.7", BoostingTables.All, () => new LightGbmTrainer(leavesFollowDepth), NonFinite.Learnt,
            name == "lightgbm" ? null : $"{name}: trained by LightGBM, with LightGBM's defaults; the hyperparameter names of xgboost, catboost and scikit-learn are understood");

    private static IEnumerable<AlgorithmEntry> Forests(ModelTask task) =>
    [
        Forest(task, "xgboost_random_forest", "LightGBM 4.7, random forest mode", BaggingTables.XgboostForest, false),
        Forest(task, "extra_trees", "LightGBM 4.7, random forest mode, random thresholds",
            task == ModelTask.Regression ? BaggingTables.ExtraTrees : BaggingTables.ExtraTreesOfLabels, true),
        Forest(task, "bagging", "LightGBM 4.7, random forest mode", BaggingTables.Bagging, false),
    ];

    private static AlgorithmEntry Forest(ModelTask task, string name, string implementation, HyperparameterTable table, bool isExtra) =>
        new(task, name, implementation, table, () => new LightGbmForestTrainer(name, isExtra), NonFinite.Learnt,
            $"{name}: trained by LightGBM in its random forest mode{(isExtra ? " with random thresholds" : "")}{(task == ModelTask.Classification ? ", a forest for each label" : "")}");

    private static IEnumerable<AlgorithmEntry> Penalised() =>
    [
        new(ModelTask.Regression, "lasso", "coordinate descent on the Gram matrix", SparseTables.Lasso, () => new ElasticNetTrainer(isLasso: true)),
        new(ModelTask.Regression, "elastic_net", "coordinate descent on the Gram matrix", SparseTables.ElasticNet, () => new ElasticNetTrainer(isLasso: false)),
        new(ModelTask.Regression, "least_angle", "least angle regression on the Gram matrix", SparseTables.LeastAngle, () => new LeastAngleTrainer(isLasso: false)),
        new(ModelTask.Regression, "lasso_least_angle", "the lasso's path by least angles, on the Gram matrix", SparseTables.LassoLeastAngle, () => new LeastAngleTrainer(isLasso: true)),
        new(ModelTask.Regression, "orthogonal_matching_pursuit", "orthogonal matching pursuit on the Gram matrix", SparseTables.MatchingPursuit, () => new MatchingPursuitTrainer()),
        new(ModelTask.Regression, "bayesian_ridge", "evidence iteration on the Gram matrix", BayesianTables.Ridge, () => new BayesianRidgeTrainer()),
        new(ModelTask.Regression, "automatic_relevance_determination", "evidence iteration on the Gram matrix", BayesianTables.Relevance, () => new RelevanceTrainer()),
        new(ModelTask.Regression, "huber", "Huber's regression, reweighted least squares", RobustTables.Huber, () => new HuberTrainer()),
        new(ModelTask.Regression, "quantile", "linear quantile regression, reweighted lasso", RobustTables.Quantile, () => new QuantileTrainer()),
    ];

    private static IEnumerable<AlgorithmEntry> Margins()
    {
        foreach (var task in new[] { ModelTask.Regression, ModelTask.Classification })
        {
            var isLabels = task == ModelTask.Classification;
            var loss = isLabels ? "squared hinge" : "squared epsilon-insensitive loss";
            yield return new(task, "linear_svm", $"linear support vector machine, {loss}, L-BFGS", isLabels ? MarginTables.LinearSvm : MarginTables.LinearSvmOfNumbers,
                () => new LinearSvmTrainer(), Notice: isLabels ? null : $"linear_svm: trained with the {loss}, the only one offered");
            yield return new(task, "svm", $"support vector machine with the linear kernel, {(isLabels ? "hinge, each pair of labels apart" : "epsilon-insensitive loss")}, L-BFGS",
                isLabels ? MarginTables.Svm : MarginTables.SvmOfNumbers, () => new SupportVectorTrainer(), Notice: "svm: trained with the linear kernel, the only one offered");
            yield return new(task, "stochastic_gradient_descent", "stochastic gradient descent, row by row", isLabels ? MarginTables.Gradient : MarginTables.GradientOfNumbers,
                () => new OnlineTrainer("stochastic_gradient_descent", OnlineMethod.StochasticGradient), IsGathered: true);
            yield return new(task, "passive_aggressive", "passive-aggressive learning, row by row", isLabels ? MarginTables.PassiveAggressive : MarginTables.PassiveAggressiveOfNumbers,
                () => new OnlineTrainer("passive_aggressive", OnlineMethod.PassiveAggressive), IsGathered: true,
                Notice: "passive_aggressive: it answers with the mean of the models that its last epoch went through, unless \"average\" is false");
        }

        yield return new(ModelTask.Classification, "perceptron", "the perceptron, row by row", MarginTables.Perceptron, () => new OnlineTrainer("perceptron", OnlineMethod.Perceptron), IsGathered: true);
    }

    public static string NameOf(ModelTask task) => task.ToString().ToLowerInvariant();
}
