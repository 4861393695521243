using System.IO.Hashing;

namespace Graincast.Training;

/// <summary>The first reading of the row files: finds each row, its hash, each array's width and the different texts.</summary>
internal sealed class RowScanner : IDisposable
{
    // Above it a float32 no longer tells categories apart, and nobody has that many on purpose.
    public const int MaxTexts = 1 << 20;

    private readonly ulong[] _hashes;
    private readonly NativeBuffer<long> _offsets;
    private readonly RowFormat.Value[] _values;

    // Columns of arrays or texts: of others there is nothing to be found out.
    private readonly int[] _noted;
    private long _filesBytes;
    private int _rows;

    public RowScanner(RowFormat format, long rows)
    {
        Format = format;
        _hashes = new ulong[rows];
        _offsets = new NativeBuffer<long>((int)rows);
        _values = new RowFormat.Value[format.Columns.Count];
        _noted = [.. format.Columns.Index().Where(column => column.Item.IsArray || column.Item.Type == ColumnType.Text).Select(column => column.Index)];
        Widths = [.. format.Columns.Select(column => column.IsArray ? 0 : 1)];
        Texts = [.. format.Columns.Select(column => column.Type == ColumnType.Text ? new Utf8Dictionary() : null)];
    }

    public RowFormat Format { get; }

    /// <summary>0 for an array that no row has.</summary>
    public int[] Widths { get; }

    public Utf8Dictionary?[] Texts { get; }

    public void Scan(RowFile file)
    {
        var offsets = _offsets.Span;
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

            if (_rows == _hashes.Length)
            {
                throw Damaged($"there are more rows than the {_hashes.Length} that were acknowledged", $"File {file.Name}, byte {offset}.");
            }

            var row = bytes[..length];
            Note(row);
            _hashes[_rows] = XxHash3.HashToUInt64(row);
            offsets[_rows++] = _filesBytes + offset;
            offset += length;
        }

        _filesBytes += file.SizeBytes;
    }

    /// <summary>The hash of each row, in order of arrival.</summary>
    /// <exception cref="GraincastException">XX001: fewer rows than told.</exception>
    public ulong[] Finish() => _rows == _hashes.Length
        ? _hashes
        : throw Damaged($"{_hashes.Length} rows were acknowledged and {_rows} are there", "");

    /// <summary>The place of each row, in order of arrival, in all files put together; until disposal.</summary>
    public ReadOnlySpan<long> Offsets => _offsets.Span;

    public void Dispose() => _offsets.Dispose();

    private void Note(ReadOnlySpan<byte> row)
    {
        foreach (var i in _noted)
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
