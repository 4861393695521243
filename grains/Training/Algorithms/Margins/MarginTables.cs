namespace Graincast.Training;

/// <summary>Settings of the linear models of margins; names are scikit-learn's, and defaults but for the stop of L-BFGS, the average of passive_aggressive and an eta0 for every learning_rate.</summary>
internal static class MarginTables
{
    /// <summary>Of stochastic_gradient_descent.</summary>
    public const double DefaultAlpha = 1e-4;

    private static readonly Hyperparameter FitIntercept = Hyperparameter.Boolean("fit_intercept", true);
    private static readonly Hyperparameter Penalty = Hyperparameter.Choice("penalty", "l2", "l2");
    private static readonly Hyperparameter C = Hyperparameter.Real("C", 1, 1e-10, 1e10);
    private static readonly Hyperparameter InterceptScaling = Hyperparameter.Real("intercept_scaling", 1, 1e-6, 1e6);
    // Of L-BFGS.
    private static readonly Hyperparameter Iterations = Hyperparameter.Integer("max_iter", 2000, 1, 100_000);
    private static readonly Hyperparameter Tolerance = Hyperparameter.Real("tol", 1e-7, 1e-10, 0.1);
    private static readonly Hyperparameter Epochs = Hyperparameter.Integer("max_iter", 1000, 1, 100_000);
    private static readonly Hyperparameter EpochTolerance = Hyperparameter.Real("tol", 1e-3, 0, 1e6);
    private static readonly Hyperparameter Patience = Hyperparameter.Integer("n_iter_no_change", 5, 1, 100_000);
    private static readonly Hyperparameter Shuffle = Hyperparameter.Boolean("shuffle", true);

    private static readonly Hyperparameter Kernel = Hyperparameter.Choice("kernel", "linear", "linear") with { NotOffered = ["poly", "precomputed", "rbf", "sigmoid"] };
    private static readonly Hyperparameter TargetLoss = Hyperparameter.Choice("loss", "squared_epsilon_insensitive", "squared_epsilon_insensitive");

    public static HyperparameterTable LinearSvm { get; } = new(C, Hyperparameter.Choice("loss", "squared_hinge", "squared_hinge"), Penalty, FitIntercept, InterceptScaling, Iterations, Tolerance);

    public static HyperparameterTable LinearSvmOfNumbers { get; } = new(C, Epsilon(0), TargetLoss, FitIntercept, InterceptScaling, Iterations, Tolerance);

    public static HyperparameterTable Svm { get; } = new(Kernel, C, Hyperparameter.Choice("loss", "hinge", "hinge"), FitIntercept, Iterations, Tolerance);

    public static HyperparameterTable SvmOfNumbers { get; } = new(
        Kernel, C, Epsilon(0.1), Hyperparameter.Choice("loss", "epsilon_insensitive", "epsilon_insensitive"), FitIntercept, Iterations, Tolerance);

    public static HyperparameterTable Gradient { get; } = new(
        [Hyperparameter.Choice("loss", "hinge", "hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"), .. OfSteps("optimal", 0.5)]);

    public static HyperparameterTable GradientOfNumbers { get; } = new(
        [Hyperparameter.Choice("loss", "squared_error", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"), Epsilon(0.1), .. OfSteps("invscaling", 0.25)]);

    public static HyperparameterTable Perceptron { get; } = new(Hyperparameter.Real("eta0", 1, 1e-12, 1e12), FitIntercept, Epochs, EpochTolerance, Patience, Shuffle, Average(false));

    public static HyperparameterTable PassiveAggressive { get; } = new(
        C, Hyperparameter.Choice("loss", "hinge", "hinge", "squared_hinge"), FitIntercept, Epochs, EpochTolerance, Patience, Shuffle, Average(true));

    public static HyperparameterTable PassiveAggressiveOfNumbers { get; } = new(
        C, Epsilon(0.1), Hyperparameter.Choice("loss", "epsilon_insensitive", "epsilon_insensitive", "squared_epsilon_insensitive"), FitIntercept, Epochs, EpochTolerance, Patience, Shuffle, Average(true));

    private static Hyperparameter Epsilon(double value) => Hyperparameter.Real("epsilon", value, 0, 1e12);

    private static Hyperparameter Average(bool value) => Hyperparameter.Boolean("average", value);

    private static IEnumerable<Hyperparameter> OfSteps(string rate, double power) =>
    [
        Hyperparameter.Choice("penalty", "l2", "l2", "l1", "elasticnet", "none"), Hyperparameter.Real("alpha", DefaultAlpha, 0, 1e12), Hyperparameter.Real("l1_ratio", 0.15, 0, 1),
        Hyperparameter.Choice("learning_rate", rate, "optimal", "constant", "invscaling", "adaptive"), Hyperparameter.Real("eta0", 0.01, 1e-12, 1e12), Hyperparameter.Real("power_t", power, 0, 10),
        FitIntercept, Epochs, EpochTolerance, Patience, Shuffle, Average(false),
    ];
}
