using System.IO.Hashing;

namespace Graincast.Training;

/// <summary>The first reading of the row files: finds each row, its hash, each array's width and the different texts.</summary>
internal sealed class RowScanner
{
    // Above it a float32 no longer tells categories apart, and nobody has that many on purpose.
    public const int MaxTexts = 1 << 20;

    private readonly RowSet.Entry[] _entries;
    private readonly RowFormat.Value[] _values;
    private int _rows;

    public RowScanner(RowFormat format, long rows)
    {
        Format = format;
        _entries = new RowSet.Entry[rows];
        _values = new RowFormat.Value[format.Columns.Count];
        Widths = [.. format.Columns.Select(column => column.IsArray ? 0 : 1)];
        Texts = [.. format.Columns.Select(column => column.Type == ColumnType.Text ? new Utf8Dictionary() : null)];
    }

    public RowFormat Format { get; }

    /// <summary>0 for an array that no row has.</summary>
    public int[] Widths { get; }

    public Utf8Dictionary?[] Texts { get; }

    public void Scan(RowFile file, int number)
    {
        for (long offset = 0; offset < file.SizeBytes;)
        {
            var bytes = file.From(offset);
            var length = Format.Scan(bytes, _values);
            if (length < 0)
            {
                var column = -1 - length;
                var where = column == Format.Columns.Count ? "its NULL bitmap" : $"column \"{Format.Columns[column].Name}\"";
                throw Damaged($"row {_rows + 1} is damaged at {where}", $"File {file.Name}, byte {offset}.");
            }

            if (_rows == _entries.Length)
            {
                throw Damaged($"there are more rows than the {_entries.Length} that were acknowledged", $"File {file.Name}, byte {offset}.");
            }

            var row = bytes[..length];
            Note(row);
            _entries[_rows] = new RowSet.Entry(XxHash3.HashToUInt64(row), offset, number, length, _rows);
            _rows++;
            offset += length;
        }
    }

    public RowSet.Entry[] Finish() => _rows == _entries.Length
        ? _entries
        : throw Damaged($"{_entries.Length} rows were acknowledged and {_rows} are there", "");

    private void Note(ReadOnlySpan<byte> row)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var (offset, count) = _values[i];
            if (offset < 0)
            {
                continue;
            }

            if (Format.Columns[i].IsArray)
            {
                NoteWidth(i, count);
            }
            else if (Texts[i] is { } texts && texts.Add(row.Slice(offset, count)) >= MaxTexts)
            {
                throw TooManyTexts(Format.Columns[i].Name);
            }
        }
    }

    private void NoteWidth(int column, int count)
    {
        var name = Format.Columns[column].Name;
        if (count == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"column \"{name}\" has an empty array", "Leave such rows out in a view.");
        }

        Widths[column] = OneWidth(name, Widths[column], count);
    }

    /// <summary>The width of an array column that has these two; 0 = not known.</summary>
    public static int OneWidth(string column, int a, int b) => a == 0 || b == 0 || a == b
        ? Math.Max(a, b)
        : throw new GraincastException(SqlState.InvalidParameter,
            $"arrays of column \"{column}\" differ in length: {Math.Min(a, b)} and {Math.Max(a, b)}",
            "Every row of an array column needs the same number of elements.");

    public static GraincastException TooManyTexts(string column) => new(SqlState.InvalidParameter, $"column \"{column}\" has more than {MaxTexts} different texts",
        "Leave it out: a text that hardly repeats says nothing about other rows.");

    private static GraincastException Damaged(string message, string detail) => new(SqlState.DataCorrupted, message, detail: detail);
}
