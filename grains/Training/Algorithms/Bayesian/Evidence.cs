using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>What both Bayesian regressions iterate: the weights, and the noise's precision that their residual says.</summary>
internal sealed class Evidence
{
    // Of a target that is explained wholly: scikit-learn's too.
    private const double LeastVariance = 2.2e-16;

    private readonly GramProblem _problem;
    private readonly double _shape;
    private readonly double _rate;

    public Evidence(GramProblem problem, HyperparameterValues settings)
    {
        _problem = problem;
        _shape = settings.Real("alpha_1");
        _rate = settings.Real("alpha_2");
        Noise = 1 / (problem.TargetSquares / problem.Weight + LeastVariance);
    }

    /// <summary>The noise's precision.</summary>
    public double Noise { get; private set; }

    /// <summary>Takes these weights, 0 where a feature does not vary.</summary>
    /// <returns>The sum of the weights' changes.</returns>
    public double Move(Vector<double> weights)
    {
        double change = 0;
        foreach (var feature in _problem.Varying)
        {
            change += Math.Abs(weights[feature] - _problem.Weights[feature]);
            _problem.Set(feature, weights[feature]);
        }

        return change;
    }

    /// <param name="determined">How many weights the rows determine; between 0 and the number of features.</param>
    public void UpdateNoise(double determined) =>
        Noise = (_problem.Weight - determined + 2 * _shape) / (_problem.ResidualSquares + 2 * _rate + LeastVariance * _problem.TargetSquares);
}
