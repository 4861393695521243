namespace Graincast.Training;

/// <summary>Chosen features and the Cholesky factor of their part of the Gram matrix, which grows by a line with each of them.</summary>
internal sealed class ActiveSet(GramProblem problem)
{
    // What is left of a feature beside the chosen ones, of its squares; less is rounding: it depends on them linearly.
    private const double Independent = 1e-12;

    private readonly List<int> _features = [];
    private readonly List<double[]> _lines = [];

    public IReadOnlyList<int> Features => _features;

    /// <returns>False: the feature depends linearly on the chosen ones, and is not added.</returns>
    public bool TryAdd(int feature)
    {
        var column = problem.Line(feature);
        var line = new double[_features.Count + 1];
        double squares = 0;
        for (var i = 0; i < _features.Count; i++)
        {
            line[i] = (column[_features[i]] - Dot(_lines[i], line, i)) / _lines[i][i];
            squares += line[i] * line[i];
        }

        var left = column[feature] - squares;
        if (left <= Independent * column[feature])
        {
            return false;
        }

        line[^1] = Math.Sqrt(left);
        _features.Add(feature);
        _lines.Add(line);
        return true;
    }

    public void Remove(int index)
    {
        var later = _features.GetRange(index + 1, _features.Count - index - 1);
        _features.RemoveRange(index, _features.Count - index);
        _lines.RemoveRange(index, _lines.Count - index);
        later.ForEach(feature => TryAdd(feature));
    }

    /// <summary>Solves Gram · x = <paramref name="right"/> on the chosen features.</summary>
    public double[] Solve(double[] right)
    {
        var x = new double[right.Length];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = (right[i] - Dot(_lines[i], x, i)) / _lines[i][i];
        }

        for (var i = x.Length - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < x.Length; k++)
            {
                x[i] -= _lines[k][i] * x[k];
            }

            x[i] /= _lines[i][i];
        }

        return x;
    }

    private static double Dot(double[] a, double[] b, int count) =>
        System.Numerics.Tensors.TensorPrimitives.Dot<double>(a.AsSpan(0, count), b.AsSpan(0, count));
}
