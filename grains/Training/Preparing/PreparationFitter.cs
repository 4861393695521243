using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Decides how each column is prepared.</summary>
internal static class PreparationFitter
{
    public static Preparation Fit(RowSet rows, InputReader reader)
    {
        var columns = new List<ImageColumn>();
        for (var i = 0; i < rows.Format.Columns.Count; i++)
        {
            var column = rows.Format.Columns[i];
            if (column.IsLabel)
            {
                continue;
            }

            columns.Add(reader.Categories[i] is { } texts
                ? new ImageColumn(column.Name, ColumnKind.Text, 1, Encoder.Value, [.. texts.Select((text, place) => new Category(text, place))], [], [], [])
                : ImageColumn.Number(column.Name, rows.Widths[i]));
        }

        return new Preparation(columns);
    }
}
