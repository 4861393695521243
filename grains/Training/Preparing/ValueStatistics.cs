namespace Graincast.Training;

/// <summary>Statistics of one feature over the training part; NaN does not count. Quantiles interpolate linearly, as numpy's do.</summary>
internal sealed class ValueStatistics
{
    private readonly double[] _sorted;

    /// <param name="table">The training rows.</param>
    /// <param name="feature">Its place in a row.</param>
    public ValueStatistics(FloatTable table, int feature)
    {
        var values = new List<double>(table.Rows);
        for (var row = 0; row < table.Rows; row++)
        {
            var value = table.Row(row)[feature];
            if (!float.IsNaN(value))
            {
                values.Add(value);
            }
        }

        values.Sort();
        _sorted = [.. values];
    }

    public bool IsEmpty => _sorted.Length == 0;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    public double Mean => _sorted.Sum() / _sorted.Length;

    public double Median => Quantile(0.5);

    /// <summary>Population standard deviation.</summary>
    public double Deviation
    {
        get
        {
            var mean = Mean;
            return Math.Sqrt(_sorted.Sum(value => (value - mean) * (value - mean)) / _sorted.Length);
        }
    }

    /// <summary>The most frequent value; of several the smallest.</summary>
    public double Mode => _sorted.CountBy(value => value).MaxBy(value => value.Value).Key;

    /// <summary>The value at a rank, the lower one of two.</summary>
    public double MiddleValue => _sorted[(_sorted.Length - 1) / 2];

    public double Quantile(double share)
    {
        var position = share * (_sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + (position - below) * (_sorted[above] - _sorted[below]);
    }
}
