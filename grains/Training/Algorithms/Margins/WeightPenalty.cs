using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// alpha · ((1 − l1_ratio) · ½ Σ w² + l1_ratio · Σ |w|), a step at a time. The absolute part is the cumulative penalty of Tsuruoka, Tsujii and Ananiadou (Stochastic gradient
/// descent training for L1-regularized log-linear models with cumulative penalty, ACL 2009): a weight pays what all steps until now ask of it less what it has paid, and never
/// crosses zero. So weights that do not matter end at exactly 0.
/// </summary>
/// <param name="settings">penalty, alpha and l1_ratio of them.</param>
/// <param name="width">Weights.</param>
internal sealed class WeightPenalty(HyperparameterValues settings, int width)
{
    private readonly double _absolute = Alpha(settings) * AbsoluteShare(settings);
    private readonly double _square = Alpha(settings) * (1 - AbsoluteShare(settings));
    private readonly double[] _paid = new double[width];
    private double _asked;

    /// <summary>The squares' part, before the row is learnt from.</summary>
    public void Shrink(Span<double> weights, double length)
    {
        if (_square > 0)
        {
            TensorPrimitives.Multiply(weights, Math.Max(0, 1 - _square * length), weights);
        }
    }

    /// <summary>The absolute part, after.</summary>
    public void Truncate(Span<double> weights, double length)
    {
        if (_absolute == 0)
        {
            return;
        }

        _asked += _absolute * length;
        for (var i = 0; i < weights.Length; i++)
        {
            var before = weights[i];
            weights[i] = before > 0 ? Math.Max(0, before - (_asked + _paid[i])) : before < 0 ? Math.Min(0, before + (_asked - _paid[i])) : 0;
            _paid[i] += weights[i] - before;
        }
    }

    private static double Alpha(HyperparameterValues settings) => settings.Choice("penalty") == "none" ? 0 : settings.Real("alpha");

    private static double AbsoluteShare(HyperparameterValues settings) => settings.Choice("penalty") switch
    {
        "l1" => 1,
        "elasticnet" => settings.Real("l1_ratio"),
        _ => 0,
    };
}
