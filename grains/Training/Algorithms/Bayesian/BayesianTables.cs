namespace Graincast.Training;

/// <summary>Settings of the linear models whose penalties are found by their evidence; names and defaults are scikit-learn's.</summary>
internal static class BayesianTables
{
    public static HyperparameterTable Ridge { get; } = new(Common);

    public static HyperparameterTable Relevance { get; } = new([.. Common, Hyperparameter.Real("threshold_lambda", 1e4, 1e-12, 1e300)]);

    // Shape and rate of the gamma priors over the noise's precision (alpha) and the weights' (lambda).
    private static Hyperparameter[] Common =>
    [
        Hyperparameter.Integer("max_iter", 300, 1, 100_000, "n_iter"),
        Hyperparameter.Real("tol", 1e-3, 1e-15, 1e6),
        Hyperparameter.Real("alpha_1", 1e-6, 0, 1e12),
        Hyperparameter.Real("alpha_2", 1e-6, 0, 1e12),
        Hyperparameter.Real("lambda_1", 1e-6, 0, 1e12),
        Hyperparameter.Real("lambda_2", 1e-6, 0, 1e12),
        Hyperparameter.Boolean("fit_intercept", true),
    ];
}
