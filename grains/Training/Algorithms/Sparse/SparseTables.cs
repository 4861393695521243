namespace Graincast.Training;

/// <summary>Settings of the linear models that leave features out; names and defaults are scikit-learn's.</summary>
internal static class SparseTables
{
    private static readonly Hyperparameter FitIntercept = Hyperparameter.Boolean("fit_intercept", true);
    private static readonly Hyperparameter Alpha = Hyperparameter.Real("alpha", 1, 0, 1e12, "lambda");
    private static readonly Hyperparameter Sweeps = Hyperparameter.Integer("max_iter", 1000, 1, 1_000_000);
    private static readonly Hyperparameter Tolerance = Hyperparameter.Real("tol", 1e-4, 1e-12, 0.1);
    private static readonly Hyperparameter Positive = Hyperparameter.Boolean("positive", false);

    public static HyperparameterTable Lasso { get; } = new(Alpha, FitIntercept, Sweeps, Tolerance, Positive);

    public static HyperparameterTable ElasticNet { get; } = new(Alpha, Hyperparameter.Real("l1_ratio", 0.5, 0, 1), FitIntercept, Sweeps, Tolerance, Positive);

    public static HyperparameterTable LeastAngle { get; } = new(Hyperparameter.Integer("n_nonzero_coefs", 500, 1, Moments.MaxFeatures), FitIntercept);

    public static HyperparameterTable LassoLeastAngle { get; } = new(Alpha, FitIntercept, Hyperparameter.Integer("max_iter", 500, 1, 100_000));

    public static HyperparameterTable MatchingPursuit { get; } = new(
        Hyperparameter.Integer("n_nonzero_coefs", null, 1, Moments.MaxFeatures),
        // Of Σ (y − prediction)²; instead of a number of features.
        Hyperparameter.Real("tol", 0, 0, 1e300) with { Default = null, AllowsNull = true },
        FitIntercept);
}
