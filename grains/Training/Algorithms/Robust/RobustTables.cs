namespace Graincast.Training;

/// <summary>Settings of the linear models that outliers move little; names are scikit-learn's, and defaults but for the stop.</summary>
internal static class RobustTables
{
    private static readonly Hyperparameter FitIntercept = Hyperparameter.Boolean("fit_intercept", true);
    private static readonly Hyperparameter Iterations = Hyperparameter.Integer("max_iter", 1000, 1, 100_000);
    private static readonly Hyperparameter Tolerance = Hyperparameter.Real("tol", 1e-8, 1e-14, 0.1);

    public static HyperparameterTable Huber { get; } = new(
        Hyperparameter.Real("epsilon", 1.35, 1, 1e6), Hyperparameter.Real("alpha", 1e-4, 0, 1e12), FitIntercept, Iterations, Tolerance);

    public static HyperparameterTable Quantile { get; } = new(
        Hyperparameter.Real("quantile", 0.5, 1e-6, 1 - 1e-6), Hyperparameter.Real("alpha", 1, 0, 1e12), FitIntercept, Iterations, Tolerance);
}
