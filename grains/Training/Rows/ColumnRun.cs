namespace Graincast.Training;

/// <summary>A feature column as it is read.</summary>
/// <param name="Index">Its place in a fed row.</param>
/// <param name="Spec">Name and type.</param>
/// <param name="Width">Numbers a row.</param>
/// <param name="Categories">A text column's different texts by number; null for other columns.</param>
/// <param name="Numbers">The category number of each text of <see cref="RowSet.Texts"/>.</param>
internal sealed record FeatureColumn(int Index, ColumnSpec Spec, int Width, string[]? Categories, int[] Numbers);

/// <summary>Feature columns that are neighbours in a row: one, or several of single numbers of one type, whose bytes lie as those of an array when none is NULL.</summary>
internal sealed class ColumnRun
{
    private readonly int _lastOffset;

    private ColumnRun(FeatureColumn[] columns)
    {
        Columns = columns;
        Width = columns.Sum(column => column.Width);
        _lastOffset = (columns.Length - 1) * RowFormat.ElementBytes(columns[0].Spec.Type);
    }

    public FeatureColumn[] Columns { get; }

    /// <summary>Numbers a row.</summary>
    public int Width { get; }

    /// <summary>Whether a row has all numbers of several columns, one after the other.</summary>
    public bool IsWhole(ReadOnlySpan<RowFormat.Value> values) =>
        Columns.Length > 1 && values[Columns[0].Index].Offset is >= 0 and var first && values[Columns[^1].Index].Offset == first + _lastOffset;

    /// <summary>All columns, in order.</summary>
    public static ColumnRun[] Of(IReadOnlyList<FeatureColumn> columns)
    {
        var runs = new List<List<FeatureColumn>>();
        foreach (var column in columns)
        {
            if (runs.Count > 0 && IsNext(runs[^1][^1], column))
            {
                runs[^1].Add(column);
            }
            else
            {
                runs.Add([column]);
            }
        }

        return [.. runs.Select(run => new ColumnRun([.. run]))];
    }

    private static bool IsNext(FeatureColumn column, FeatureColumn next) =>
        next.Index == column.Index + 1 && next.Spec.Type == column.Spec.Type && next.Spec.Type != ColumnType.Text && !column.Spec.IsArray && !next.Spec.IsArray;
}
