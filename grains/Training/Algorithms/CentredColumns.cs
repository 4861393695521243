using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// Some neighbouring rows of a part, column by column, less the columns' means: a sum over them is one of numbers that are neighbours, which the processor
/// adds many at a time. Rows come in the order of their hashes: a sum does not depend on the order of arrival.
/// </summary>
internal sealed class CentredColumns
{
    // With ten columns they are in a core's first cache.
    private const int MaxRows = 256;

    private readonly TrainingPart _part;
    private readonly double[] _mean;
    private readonly Func<int, int, double> _target;
    private readonly float[] _rows;
    private readonly double[] _columns;
    private readonly double[] _weighed = new double[MaxRows];
    private int _first;
    private int _count;

    private CentredColumns(TrainingPart part, double[] mean, Func<int, int, double> target)
    {
        (_part, _mean, _target) = (part, mean, target);
        _rows = new float[MaxRows * part.Width];
        _columns = new double[MaxRows * mean.Length];
    }

    /// <summary>The part's features, then its targets.</summary>
    public Span<double> this[int column] => _columns.AsSpan(column * MaxRows, _count);

    /// <summary>Adds up what <paramref name="add"/> adds for some rows at a time, over all rows of all parts.</summary>
    /// <param name="part">The rows.</param>
    /// <param name="length">Numbers in the sum.</param>
    /// <param name="mean">Of each feature, then of each target.</param>
    /// <param name="target">Row, target → its value; unused without targets.</param>
    /// <param name="add">Weighs what it adds.</param>
    public static double[] Sum(TrainingPart part, int length, double[] mean, Func<int, int, double> target, Action<CentredColumns, double[]> add)
    {
        var sum = new double[length];
        var columns = new CentredColumns(part, mean, target);
        for (var first = 0; first < part.LocalRows; first += MaxRows)
        {
            columns.Take(first, Math.Min(MaxRows, part.LocalRows - first));
            add(columns, sum);
        }

        part.Ranks.Sum(sum);
        return sum;
    }

    /// <summary>A column of these rows times the rows' weights; until the next call.</summary>
    public ReadOnlySpan<double> Weigh(ReadOnlySpan<double> column)
    {
        if (_part.Weights is null)
        {
            return column;
        }

        var weighed = _weighed.AsSpan(0, _count);
        TensorPrimitives.Multiply(column, _part.Weights.AsSpan(_first, _count), weighed);
        return weighed;
    }

    private void Take(int first, int count)
    {
        (_first, _count) = (first, count);
        var width = _part.Width;
        _part.Features.CopyRows(first, _rows.AsSpan(0, count * width));
        for (var feature = 0; feature < width; feature++)
        {
            var column = this[feature];
            var mean = _mean[feature];
            for (var row = 0; row < column.Length; row++)
            {
                column[row] = _rows[row * width + feature] - mean;
            }
        }

        for (var target = 0; width + target < _mean.Length; target++)
        {
            var column = this[width + target];
            var mean = _mean[width + target];
            for (var row = 0; row < column.Length; row++)
            {
                column[row] = _target(first + row, target) - mean;
            }
        }
    }
}
