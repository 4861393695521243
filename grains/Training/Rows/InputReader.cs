namespace Graincast.Training;

/// <summary>
/// Reads the feature columns of every row as the numbers that a caller of predict passes: <see cref="Read"/> is to visit them all. Arrays are flattened, a
/// text is the number of its category (its place in bytewise order, or in the caller's list), numbers are narrowed to float32, NULL is NaN.
/// </summary>
internal sealed class InputReader
{
    /// <summary>The most numbers a row may have.</summary>
    public const int MaxInputs = 65_536;

    private readonly RowSet _rows;
    private readonly int[] _widths;
    private readonly PreprocessPlan _preprocess;
    private readonly Communicator _ranks;
    private readonly FeatureColumn[] _columns;
    private readonly ColumnRun[] _runs;

    /// <exception cref="GraincastException">22023: too many inputs, arrays of different lengths, or a text that is not in its column's list.</exception>
    public InputReader(RowSet rows, PreprocessPlan preprocess, Communicator ranks)
    {
        _rows = rows;
        _preprocess = preprocess;
        _ranks = ranks;
        _widths = MergeWidths();
        _columns = [.. rows.Format.Columns.Index().Where(column => column.Item.IsFeature).Select(column => Describe(column.Index, column.Item))];
        var width = _columns.Sum(column => (long)column.Width);
        Width = width <= MaxInputs
            ? (int)width
            : throw new GraincastException(SqlState.InvalidParameter, $"a row has {width} features, {MaxInputs} are allowed", "Train on fewer columns or shorter arrays, by a view.");
        Inputs = new FloatTable(rows.Count, Width);
        _runs = ColumnRun.Of(_columns);
    }

    /// <summary>Numbers a row, arrays flattened.</summary>
    public int Width { get; }

    /// <summary>The feature columns in order.</summary>
    public IReadOnlyList<FeatureColumn> Columns => _columns;

    /// <summary>The inputs of all rows, sorted.</summary>
    public FloatTable Inputs { get; }

    /// <exception cref="GraincastException">22004: a NULL where the policy is error.</exception>
    public void Read(int row, ReadOnlySpan<byte> bytes, ReadOnlySpan<RowFormat.Value> values)
    {
        var inputs = Inputs.Row(row);
        foreach (var run in _runs)
        {
            var target = inputs[..run.Width];
            inputs = inputs[run.Width..];
            if (run.IsWhole(values))
            {
                ReadNumbers(bytes, run.Columns[0].Spec.Type, values[run.Columns[0].Index], target);
                continue;
            }

            foreach (var column in run.Columns)
            {
                ReadColumn(bytes, column, values[column.Index], target[..column.Width]);
                target = target[column.Width..];
            }
        }
    }

    private static void ReadNumbers(ReadOnlySpan<byte> row, ColumnType type, RowFormat.Value first, Span<float> target)
    {
        if (type == ColumnType.Float32)
        {
            RowFormat.Float32s(row, first, target.Length).CopyTo(target);
            return;
        }

        for (var element = 0; element < target.Length; element++)
        {
            target[element] = (float)RowFormat.ReadNumber(row, type, first, element);
        }
    }

    private void ReadColumn(ReadOnlySpan<byte> row, FeatureColumn column, RowFormat.Value value, Span<float> target)
    {
        if (value.Offset < 0)
        {
            FillNull(column.Spec, target);
        }
        else if (column.Categories is not null)
        {
            target[0] = column.Numbers[_rows.Texts(column.Index).Find(row.Slice(value.Offset, value.Count))];
        }
        else
        {
            ReadNumbers(row, column.Spec.Type, value, target);
        }
    }

    // A part whose arrays are all NULL knows no width.
    private int[] MergeWidths() => _ranks.AllGather<int>(_rows.Widths.ToArray()).Aggregate((a, b) =>
        [.. a.Index().Select(width => RowScanner.OneWidth(_rows.Format.Columns[width.Index].Name, width.Item, b[width.Index]))]);

    private FeatureColumn Describe(int index, ColumnSpec spec)
    {
        if (spec.Type != ColumnType.Text)
        {
            // An array that is NULL in every row counts as one number; reading or imputing it says what is wrong.
            return new FeatureColumn(index, spec, Math.Max(1, _widths[index]), null, []);
        }

        var (sorted, places) = TextUnion.Of(_ranks, _rows.Texts(index), spec.Name);
        var order = _preprocess.Of(spec.Name).Order;
        if (order.Length == 0)
        {
            return new FeatureColumn(index, spec, 1, sorted, places);
        }

        var inOrder = order.Index().ToDictionary(text => text.Item, text => text.Index);
        var missing = sorted.FirstOrDefault(text => !inOrder.ContainsKey(text));
        return missing is null
            ? new FeatureColumn(index, spec, 1, order, Array.ConvertAll(places, place => inOrder[sorted[place]]))
            : throw new GraincastException(SqlState.InvalidParameter, $"column \"{spec.Name}\" has the text \"{missing}\", which its ordinal list lacks", "Add it to the list, or leave such rows out in a view.");
    }

    private void FillNull(ColumnSpec column, Span<float> target)
    {
        if (_preprocess.Of(column.Name).Impute == Impute.Error)
        {
            var how = column.Type == ColumnType.Text ? "mode" : "mean";
            throw new GraincastException(SqlState.NullNotAllowed, $"column \"{column.Name}\" has a NULL",
                $"Pass preprocess => '{{\"{column.Name}\": {{\"impute\": \"{how}\"}}}}', or train on a view that leaves such rows out.");
        }

        target.Fill(float.NaN);
    }
}
