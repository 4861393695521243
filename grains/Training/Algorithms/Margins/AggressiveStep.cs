using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// As far as makes the row right, not farther than C times its weight allows: PA-I for the hinge and the epsilon-insensitive loss, PA-II for their squares (Crammer, Dekel, Keshet,
/// Shalev-Shwartz, Singer: Online passive-aggressive algorithms, 2006). As in the paper the intercept is a feature that is 1: scikit-learn leaves it out of the squares, and overshoots.
/// </summary>
/// <param name="settings">C, loss and fit_intercept of them.</param>
internal sealed class AggressiveStep(HyperparameterValues settings) : IStepLength
{
    private readonly double _most = settings.Real("C");
    private readonly double _ownSquares = settings.Boolean("fit_intercept") ? 1 : 0;
    private readonly bool _isSquared = settings.Choice("loss")!.StartsWith("squared", StringComparison.Ordinal);

    public double Next(double loss, ReadOnlySpan<double> features, double weight)
    {
        if (loss == 0)
        {
            return 0;
        }

        var squares = TensorPrimitives.SumOfSquares(features) + _ownSquares;
        var most = weight * _most;
        return squares == 0 ? 0 : _isSquared ? loss / (squares + 1 / (2 * most)) : Math.Min(most, loss / squares);
    }

    public bool Shorten() => false;
}
