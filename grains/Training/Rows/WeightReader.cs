namespace Graincast.Training;

/// <summary>Reads how often each row counts in learning: <see cref="Read"/> is to visit them all.</summary>
internal sealed class WeightReader
{
    private readonly int _column;
    private readonly ColumnSpec? _spec;

    public WeightReader(RowSet rows)
    {
        (_column, _spec) = rows.Format.Columns.Index().FirstOrDefault(column => column.Item.IsWeight);
        Weights = _spec is null ? null : new double[rows.Count];
    }

    /// <summary>The weight of every row, narrowed to float32; null when no column has weights.</summary>
    public double[]? Weights { get; }

    /// <exception cref="GraincastException">22004: a NULL. 22023: negative, NaN, infinite or beyond float32's range.</exception>
    public void Read(int row, ReadOnlySpan<byte> bytes, ReadOnlySpan<RowFormat.Value> values)
    {
        if (Weights is null || _spec is null)
        {
            return;
        }

        Weights[row] = values[_column].Offset >= 0
            ? Check((float)RowFormat.ReadNumber(bytes, _spec.Type, values[_column], 0), _spec.Name)
            : throw new GraincastException(SqlState.NullNotAllowed, $"weight column \"{_spec.Name}\" has a NULL",
                "Write 0 for a row that is not to count, or train on a view that leaves such rows out.");
    }

    private static float Check(float weight, string column) => weight >= 0 && float.IsFinite(weight)
        ? weight
        : throw new GraincastException(SqlState.InvalidParameter,
            $"weight column \"{column}\" has {(float.IsNaN(weight) ? "NaN" : weight < 0 ? "a negative value" : "a value that is infinite or beyond real's range (3.4e38)")}",
            "A weight is 0 or more; 0 = the row does not count. Mend it in a view.");
}
