namespace Graincast.Training;

/// <summary>
/// The second reading: a row's feature columns as the numbers that a caller of predict passes. Arrays are flattened, a text is the
/// place of its category in bytewise order, numbers are narrowed to float32, NULL is NaN.
/// </summary>
internal sealed class InputReader
{
    private readonly RowSet _rows;
    private readonly RowFormat.Value[] _values;
    private readonly int[]?[] _places;
    private readonly Func<string, bool> _mayBeNull;

    /// <param name="rows">The rows.</param>
    /// <param name="mayBeNull">Whether a NULL of the column of that name has a meaning.</param>
    /// <exception cref="GraincastException">22023: more inputs than an image holds.</exception>
    public InputReader(RowSet rows, Func<string, bool> mayBeNull)
    {
        _rows = rows;
        _mayBeNull = mayBeNull;
        _values = new RowFormat.Value[rows.Format.Columns.Count];
        _places = new int[rows.Format.Columns.Count][];
        Categories = new string[rows.Format.Columns.Count][];
        long width = 0;
        for (var i = 0; i < _places.Length; i++)
        {
            var column = rows.Format.Columns[i];
            if (column.IsLabel)
            {
                continue;
            }

            if (column.Type == ColumnType.Text)
            {
                (Categories[i], _places[i]) = rows.Texts(i).Sort();
            }

            // An array column that is NULL in every row counts as one number: reading the first row says what is wrong.
            width += Math.Max(1, rows.Widths[i]);
        }

        Width = width <= MaxInputs
            ? (int)width
            : throw new GraincastException(SqlState.InvalidParameter, $"a row has {width} features, {MaxInputs} are allowed");
    }

    /// <summary>Numbers a row, arrays flattened.</summary>
    public const int MaxInputs = 65_536;

    public int Width { get; }

    /// <summary>Each text column's different texts in bytewise order; null for other columns.</summary>
    public string[]?[] Categories { get; }

    /// <summary>The inputs of some rows, in their order.</summary>
    /// <exception cref="GraincastException">22004: a NULL that has no meaning.</exception>
    public FloatTable Read(int[] rows)
    {
        var table = new FloatTable(rows.Length, Width);
        for (var i = 0; i < rows.Length; i++)
        {
            ReadRow(_rows.Row(rows[i]), table.Row(i));
        }

        return table;
    }

    private void ReadRow(ReadOnlySpan<byte> row, Span<float> inputs)
    {
        _rows.Format.Scan(row, _values);
        var next = 0;
        for (var i = 0; i < _values.Length; i++)
        {
            var column = _rows.Format.Columns[i];
            if (column.IsLabel)
            {
                continue;
            }

            var value = _values[i];
            var width = Math.Max(1, _rows.Widths[i]);
            var target = inputs.Slice(next, width);
            next += width;
            if (value.Offset < 0)
            {
                FillNull(column, target);
            }
            else if (_places[i] is { } places)
            {
                target[0] = places[_rows.Texts(i).Find(row.Slice(value.Offset, value.Count))];
            }
            else
            {
                for (var element = 0; element < width; element++)
                {
                    target[element] = (float)RowFormat.ReadNumber(row, column.Type, value, element);
                }
            }
        }
    }

    private void FillNull(ColumnSpec column, Span<float> target)
    {
        if (!_mayBeNull(column.Name))
        {
            throw new GraincastException(SqlState.NullNotAllowed, $"column \"{column.Name}\" has a NULL",
                $"Pass preprocess => '{{\"{column.Name}\": {{\"impute\": \"mean\"}}}}' (or median, mode, min, max, zero), or train on a view that leaves such rows out.");
        }

        target.Fill(float.NaN);
    }
}
