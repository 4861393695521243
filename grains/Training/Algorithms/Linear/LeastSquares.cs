using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Least squares from moments. Solved on the correlation matrix, whose conditioning does not depend on the features' units; where
/// features depend on each other linearly, the solution with the smallest norm, as scikit-learn gives.
/// </summary>
internal sealed class LeastSquares
{
    private const double RankTolerancePerFeature = 1e-14;

    private readonly int[] _varying;
    private readonly Vector<double> _inverseNorms;
    private readonly Matrix<double> _vectors;
    private readonly Vector<double> _inverseValues;
    private readonly Matrix<double>? _nullSpace;
    private readonly int _features;

    public LeastSquares(Moments moments, double weight)
    {
        _features = moments.Mean.Length;
        _varying = [.. Enumerable.Range(0, _features).Where(feature => moments.Varies(feature, weight))];
        if (_varying.Length == 0)
        {
            (_inverseNorms, _inverseValues, _vectors) = (null!, null!, null!);
            return;
        }

        _inverseNorms = Vector<double>.Build.Dense(_varying.Length, i => 1 / Math.Sqrt(moments.Gram[_varying[i], _varying[i]]));
        var correlation = Matrix<double>.Build.Dense(_varying.Length, _varying.Length,
            (i, j) => moments.Gram[_varying[i], _varying[j]] * _inverseNorms[i] * _inverseNorms[j]);
        var decomposition = correlation.Evd(Symmetricity.Symmetric);
        var values = decomposition.EigenValues.Real();
        var smallest = values.Maximum() * RankTolerancePerFeature * _varying.Length;
        _vectors = decomposition.EigenVectors;
        _inverseValues = values.Map(value => value > smallest ? 1 / value : 0, Zeros.Include);
        var dependent = values.Count(value => value <= smallest);
        if (dependent > 0)
        {
            // Eigenvalues ascend, so the null space comes first; back in the features' own units, and orthonormal there.
            var directions = Matrix<double>.Build.DenseOfDiagonalVector(_inverseNorms) * _vectors.SubMatrix(0, _varying.Length, 0, dependent);
            _nullSpace = directions.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
        }
    }

    /// <summary>The weights for one column of cross moments; 0 for features that do not vary.</summary>
    public double[] Solve(Vector<double> cross)
    {
        var weights = new double[_features];
        if (_varying.Length == 0)
        {
            return weights;
        }

        var scaled = Vector<double>.Build.Dense(_varying.Length, i => cross[_varying[i]] * _inverseNorms[i]);
        var solution = _inverseNorms.PointwiseMultiply(_vectors * _inverseValues.PointwiseMultiply(_vectors.TransposeThisAndMultiply(scaled)));
        if (_nullSpace is not null)
        {
            solution -= _nullSpace * _nullSpace.TransposeThisAndMultiply(solution);
        }

        for (var i = 0; i < _varying.Length; i++)
        {
            weights[_varying[i]] = solution[i];
        }

        return weights;
    }
}
