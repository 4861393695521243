namespace Graincast.Training;

/// <summary>Settings of the linear family, k-means and PCA; names and defaults are scikit-learn's.</summary>
internal static class LinearTables
{
    private static readonly Hyperparameter FitIntercept = Hyperparameter.Boolean("fit_intercept", true);

    public static HyperparameterTable LeastSquares { get; } = new(FitIntercept);

    public static HyperparameterTable Ridge { get; } = new(Hyperparameter.Real("alpha", 1, 0, 1e12, "lambda"), FitIntercept);

    public static HyperparameterTable Logistic { get; } = new(
        Hyperparameter.Real("C", 1, 1e-10, 1e10),
        Hyperparameter.Choice("penalty", "l2", "l2", "none"),
        FitIntercept,
        Hyperparameter.Integer("max_iter", 1000, 1, 100_000),
        Hyperparameter.Real("tol", 1e-6, 1e-10, 0.1));

    public static HyperparameterTable KMeans { get; } = new(
        Hyperparameter.Integer("n_clusters", 8, 1, 10_000, "k"),
        Hyperparameter.Integer("n_init", 10, 1, 1000),
        Hyperparameter.Integer("max_iter", 300, 1, 100_000),
        Hyperparameter.Real("tol", 1e-4, 0, 1));

    public static HyperparameterTable MiniBatchKMeans { get; } = new(
        Hyperparameter.Integer("n_clusters", 8, 1, 10_000, "k"),
        Hyperparameter.Integer("n_init", 3, 1, 1000),
        Hyperparameter.Integer("max_iter", 100, 1, 100_000),
        Hyperparameter.Real("tol", 0, 0, 1),
        // Understood so that a caller's settings stand; a full pass has no batches.
        Hyperparameter.Integer("batch_size", 1024, 1, int.MaxValue));

    public static HyperparameterTable Pca { get; } = new(
        Hyperparameter.Real("n_components", 1, 1e-9, Moments.MaxFeatures) with { Default = null, AllowsNull = true });
}
