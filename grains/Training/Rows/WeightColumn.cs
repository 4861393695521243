namespace Graincast.Training;

/// <summary>How often each row counts in learning.</summary>
internal static class WeightColumn
{
    /// <returns>The weight of every row, narrowed to float32; null when no column has weights.</returns>
    /// <exception cref="GraincastException">22004: a NULL. 22023: negative, NaN, infinite or beyond float32's range.</exception>
    public static double[]? Read(RowSet rows)
    {
        var columns = rows.Format.Columns;
        var column = Enumerable.Range(0, columns.Count).FirstOrDefault(i => columns[i].IsWeight, -1);
        if (column < 0)
        {
            return null;
        }

        var weights = new double[rows.Count];
        rows.Visit((row, bytes, values) => weights[row] = values[column].Offset >= 0
            ? Check((float)RowFormat.ReadNumber(bytes, columns[column].Type, values[column], 0), columns[column].Name)
            : throw new GraincastException(SqlState.NullNotAllowed, $"weight column \"{columns[column].Name}\" has a NULL",
                "Write 0 for a row that is not to count, or train on a view that leaves such rows out."));
        return weights;
    }

    private static float Check(float weight, string column) => weight >= 0 && float.IsFinite(weight)
        ? weight
        : throw new GraincastException(SqlState.InvalidParameter,
            $"weight column \"{column}\" has {(float.IsNaN(weight) ? "NaN" : weight < 0 ? "a negative value" : "a value that is infinite or beyond real's range (3.4e38)")}",
            "A weight is 0 or more; 0 = the row does not count. Mend it in a view.");
}
