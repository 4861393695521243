namespace Graincast.Training;

/// <summary>
/// Lengths of gradient steps, by how many rows there were before. A row's is its weight over the mean weight times as long, so that the objective is the weighted mean
/// of the losses beside the penalty, as it would be of copies.
/// </summary>
internal sealed class LearningRate : IStepLength
{
    // scikit-learn's: where n_iter_no_change epochs have not helped, "adaptive" divides by this, until rates are as small as that.
    private const double Cut = 5;
    private const double Least = 1e-6;

    private readonly double _meanWeight;
    private readonly Func<double, double> _rate;
    private readonly bool _isAdaptive;
    private double _rows;
    private double _share = 1;

    private LearningRate(TrainingPart part, Func<double, double> rate, bool isAdaptive)
    {
        (_rate, _isAdaptive) = (rate, isAdaptive);
        _meanWeight = part.Weight / part.LocalRows;
    }

    /// <summary>Always the same.</summary>
    public static LearningRate Constant(TrainingPart part, double rate) => new(part, _ => rate, isAdaptive: false);

    /// <summary>
    /// learning_rate: constant, eta0; invscaling, eta0 / t^power_t; adaptive, eta0 until epochs no longer help, then a fifth of it …; optimal, 1 / (alpha · (t0 + t)), t0 such that
    /// the first steps are about as long as the weights will be (Bottou 2012): a typical weight, alpha^(−1/4), over the slope there. Without a penalty that is what it is for <see cref="MarginTables.DefaultAlpha"/>.
    /// </summary>
    /// <param name="part">The rows.</param>
    /// <param name="settings">learning_rate, eta0, power_t and alpha of them.</param>
    /// <param name="loss">For t0.</param>
    public static LearningRate Of(TrainingPart part, HyperparameterValues settings, MarginLosses.Margin loss)
    {
        var (schedule, first, power) = (settings.Choice("learning_rate"), settings.Real("eta0"), settings.Real("power_t"));
        if (schedule == "invscaling")
        {
            return new(part, rows => first / Math.Pow(rows + 1, power), isAdaptive: false);
        }

        if (schedule != "optimal")
        {
            return new(part, _ => first, schedule == "adaptive");
        }

        var alpha = settings.Real("alpha") is > 0 and var own ? own : MarginTables.DefaultAlpha;
        var typical = Math.Pow(alpha, -0.25);
        var slope = Math.Max(1, Math.Abs(loss(-typical).Slope));
        var start = slope / (typical * alpha);
        return new(part, rows => 1 / (alpha * (start + rows)), isAdaptive: false);
    }

    public double Next(double loss, ReadOnlySpan<double> features, double weight) => weight / _meanWeight * _share * _rate(_rows++);

    public bool Shorten()
    {
        if (!_isAdaptive || _share * _rate(0) <= Least)
        {
            return false;
        }

        _share /= Cut;
        return true;
    }
}
