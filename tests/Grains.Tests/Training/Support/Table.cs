using System.Globalization;
using Graincast.Training;

namespace Graincast.Tests.Training;

/// <summary>Rows to train on: values are double, float[], double[], string, bool or null, as their columns say.</summary>
internal sealed record Table(IReadOnlyList<ColumnSpec> Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>One of the bundled data sets, with PostgresML's column types.</summary>
    public static Table Load(string dataset, string? label)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "datasets", dataset + ".csv"));
        var names = lines[0].Split(',');
        var isImage = dataset == "digits";
        var columns = names.Select(name => new ColumnSpec(name,
            isImage ? ColumnType.Float32 : name == "malignant" ? ColumnType.Bool : name == "target" && dataset != "diabetes" ? ColumnType.Float64 : ColumnType.Float32,
            isImage && name == "image", name == label)).ToList();
        return new Table(columns, [.. lines[1..].Select(line => isImage ? ReadImage(line) : [.. line.Split(',').Select(Read)])]);
    }

    /// <summary>Number columns "x0", "x1", …, and the label "y" last.</summary>
    public static Table Of(IEnumerable<double[]> features, IEnumerable<object?>? labels = null, ColumnType type = ColumnType.Float64)
    {
        var rows = features.Select(row => row.Select(value => (object?)value).ToArray()).ToList();
        var columns = Enumerable.Range(0, rows[0].Length).Select(i => new ColumnSpec($"x{i}", type, false, false)).ToList();
        if (labels is null)
        {
            return new Table(columns, rows);
        }

        var all = labels.ToList();
        var labelType = all.First(value => value is not null) switch { string => ColumnType.Text, bool => ColumnType.Bool, _ => ColumnType.Float64 };
        columns.Add(new ColumnSpec("y", labelType, false, true));
        return new Table(columns, [.. rows.Zip(all, (row, label) => (object?[])[.. row, label])]);
    }

    public Table Without(string column)
    {
        var kept = Enumerable.Range(0, Columns.Count).Where(i => Columns[i].Name != column).ToArray();
        return new Table([.. kept.Select(i => Columns[i])], [.. Rows.Select(row => kept.Select(i => row[i]).ToArray())]);
    }

    /// <summary>The rows in a shuffled order.</summary>
    public Table Shuffled(int seed)
    {
        var order = Rows.ToArray();
        new Random(seed).Shuffle(order);
        return this with { Rows = order };
    }

    private static object? Read(string text) => bool.TryParse(text, out var flag) ? flag : double.Parse(text, CultureInfo.InvariantCulture);

    private static object?[] ReadImage(string line)
    {
        var end = line.LastIndexOf('"');
        var pixels = line[..end].Split(['"', '{', '}', ','], StringSplitOptions.RemoveEmptyEntries);
        return [pixels.Select(double.Parse).ToArray(), double.Parse(line[(end + 2)..])];
    }
}
