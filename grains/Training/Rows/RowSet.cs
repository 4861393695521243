namespace Graincast.Training;

/// <summary>
/// All rows of a run, sorted by (content hash, content): what is learnt does not depend on the order of arrival or on the files.
/// The hash is XXH3 (64 bits, seed 0) of the row's bytes, before numbers are narrowed. Equal rows keep their order of arrival.
/// </summary>
internal sealed class RowSet : IDisposable
{
    private readonly List<RowFile> _files;
    private readonly ulong[] _hashes;
    private readonly int[] _places;
    private readonly Utf8Dictionary?[] _texts;

    private RowSet(RowScanner scanner, List<RowFile> files)
    {
        (Format, Widths, _texts, _files) = (scanner.Format, scanner.Widths, scanner.Texts, files);
        _hashes = scanner.Finish();
        using var buffer = new NativeBuffer<int>(_hashes.Length);
        var arrivals = buffer.Span;
        for (var arrival = 0; arrival < arrivals.Length; arrival++)
        {
            arrivals[arrival] = arrival;
        }

        RadixSort.Sort(_hashes, arrivals);
        SortByContent(arrivals, scanner);
        _places = new int[arrivals.Length];
        for (var place = 0; place < arrivals.Length; place++)
        {
            _places[arrivals[place]] = place;
        }
    }

    /// <summary>Takes a row.</summary>
    /// <param name="row">Its position in the sorted rows.</param>
    /// <param name="bytes">The row.</param>
    /// <param name="values">Where its values are.</param>
    public delegate void Visitor(int row, ReadOnlySpan<byte> bytes, ReadOnlySpan<RowFormat.Value> values);

    public RowFormat Format { get; }

    public int Count => _hashes.Length;

    /// <summary>Numbers of each column in a row; 1 unless an array.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>Reads and checks every row of the files.</summary>
    /// <exception cref="GraincastException">XX001: a damaged file, or another number of rows than told. 22023: arrays of different lengths.</exception>
    public static RowSet Read(IReadOnlyList<string> paths, long rows, IReadOnlyList<ColumnSpec> columns)
    {
        if (rows > Array.MaxLength)
        {
            throw new GraincastException(SqlState.OutOfMemory, $"{rows} rows are more than one trainer holds", $"At most {Array.MaxLength}: train on a sample.");
        }

        using var scanner = new RowScanner(new RowFormat(columns), rows);
        var files = new List<RowFile>();
        try
        {
            foreach (var path in paths)
            {
                files.Add(new RowFile(path));
                scanner.Scan(files[^1]);
            }

            return new RowSet(scanner, files);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Reads all rows once more, in order of arrival: the files from front to back.</summary>
    public void Visit(Visitor visit)
    {
        var values = new RowFormat.Value[Format.Columns.Count];
        var arrival = 0;
        foreach (var file in _files)
        {
            for (long offset = 0; offset < file.SizeBytes;)
            {
                var bytes = file.From(offset);
                var length = Format.Scan(bytes, values);
                visit(_places[arrival++], bytes[..length], values);
                offset += length;
            }
        }
    }

    /// <summary>Of each row, ascending; not to be changed.</summary>
    public ulong[] Hashes => _hashes;

    /// <summary>The position of the row that came as the <paramref name="arrival"/>-th; 0 = came first.</summary>
    public int Place(int arrival) => _places[arrival];

    /// <summary>The different texts of a text column.</summary>
    public Utf8Dictionary Texts(int column) => _texts[column]!;

    public void Dispose() => _files.ForEach(file => file.Dispose());

    // Rows of one hash are almost always equal.
    private void SortByContent(Span<int> arrivals, RowScanner scanner)
    {
        for (var (start, end) = (0, 1); start < _hashes.Length; start = end++)
        {
            while (end < _hashes.Length && _hashes[end] == _hashes[start])
            {
                end++;
            }

            var rows = arrivals[start..end];
            for (var i = 1; i < rows.Length; i++)
            {
                if (!Row(scanner.Offsets[rows[i]]).SequenceEqual(Row(scanner.Offsets[rows[0]])))
                {
                    rows.Sort((a, b) => Row(scanner.Offsets[a]).SequenceCompareTo(Row(scanner.Offsets[b])) is var order && order != 0 ? order : a.CompareTo(b));
                    break;
                }
            }
        }
    }

    /// <param name="offset">In all files put together.</param>
    private ReadOnlySpan<byte> Row(long offset)
    {
        var file = 0;
        for (; offset >= _files[file].SizeBytes; file++)
        {
            offset -= _files[file].SizeBytes;
        }

        var bytes = _files[file].From(offset);
        return bytes[..Format.Scan(bytes, new RowFormat.Value[Format.Columns.Count])];
    }
}
