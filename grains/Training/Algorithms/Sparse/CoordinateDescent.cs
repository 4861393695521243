using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// Coordinate descent (Friedman, Hastie, Tibshirani 2010) for ½ ‖y − Xw‖² + l1 ‖w‖₁ + ½ l2 ‖w‖², on the Gram matrix: a sweep costs features², not rows.
/// </summary>
internal sealed class CoordinateDescent(GramProblem problem, double l1, double l2, bool isPositive)
{
    /// <summary>Duality gap as a share of ‖y‖², after <see cref="Minimize"/>.</summary>
    public double Gap { get; private set; }

    public int Sweeps { get; private set; }

    /// <summary>Whether the duality gap came below the tolerance.</summary>
    /// <param name="maxSweeps">Sweeps over all features.</param>
    /// <param name="tolerance">As scikit-learn: of the largest change of a weight, and then of the duality gap.</param>
    /// <param name="progress">Told of sweeps.</param>
    public bool Minimize(long maxSweeps, double tolerance, Action<int> progress)
    {
        for (Sweeps = 1; Sweeps <= maxSweeps; Sweeps++)
        {
            progress(Sweeps);
            var change = Sweep();
            var largest = TensorPrimitives.MaxMagnitude<double>(problem.Weights);
            if (Math.Abs(change) <= tolerance * Math.Abs(largest) && HasConverged(tolerance))
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>The largest change of a weight.</returns>
    private double Sweep()
    {
        double largest = 0;
        foreach (var feature in problem.Varying)
        {
            var own = problem.Line(feature)[feature];
            var before = problem.Weights[feature];
            var product = problem.Products[feature] + own * before;
            var size = Math.Max(0, (isPositive ? product : Math.Abs(product)) - l1);
            var after = Math.CopySign(size, product) / (own + l2);
            if (after != before)
            {
                problem.Set(feature, after);
                largest = Math.Max(largest, Math.Abs(after - before));
            }
        }

        return largest;
    }

    // Without l1 there is no gap of this form, and weights that no longer change must do.
    private bool HasConverged(double tolerance)
    {
        if (l1 > 0 && problem.TargetSquares > 0)
        {
            Gap = DualityGap() / problem.TargetSquares;
        }

        return Gap <= tolerance;
    }

    // The residual, shrunk until it is feasible, is a point of the dual problem.
    private double DualityGap()
    {
        double largest = 0;
        foreach (var feature in problem.Varying)
        {
            var product = problem.Products[feature] - l2 * problem.Weights[feature];
            largest = Math.Max(largest, isPositive ? product : Math.Abs(product));
        }

        var shrink = largest > l1 ? l1 / largest : 1;
        var residual = problem.ResidualSquares;
        var squares = TensorPrimitives.SumOfSquares<double>(problem.Weights);
        return 0.5 * residual * (1 + shrink * shrink)
            + l1 * TensorPrimitives.SumOfMagnitudes<double>(problem.Weights)
            - shrink * (problem.TargetSquares - TensorPrimitives.Dot<double>(problem.Weights, problem.Cross))
            + 0.5 * l2 * (1 + shrink * shrink) * squares;
    }
}
