using System.IO.Hashing;

namespace Graincast.Training;

/// <summary>
/// All rows of a run, sorted by (content hash, content): what is learnt does not depend on the order of arrival or on the files.
/// The hash is XXH3 (64 bits, seed 0) of the row's bytes, before numbers are narrowed. Equal rows keep their order of arrival.
/// </summary>
internal sealed class RowSet : IDisposable
{
    private readonly List<RowFile> _files = [];
    private readonly Entry[] _entries;
    private readonly Utf8Dictionary?[] _texts;

    private RowSet(RowFormat format, List<RowFile> files, Entry[] entries, int[] widths, Utf8Dictionary?[] texts)
    {
        Format = format;
        _files = files;
        _entries = entries;
        Widths = widths;
        _texts = texts;
    }

    public RowFormat Format { get; }

    public int Count => _entries.Length;

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

        var scanner = new RowScanner(new RowFormat(columns), rows);
        var files = new List<RowFile>();
        try
        {
            foreach (var path in paths)
            {
                files.Add(new RowFile(path));
                scanner.Scan(files[^1], files.Count - 1);
            }

            var entries = scanner.Finish();
            Array.Sort(entries, (a, b) => Compare(files, a, b));
            return new RowSet(scanner.Format, files, entries, scanner.Widths, scanner.Texts);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>The row's bytes.</summary>
    public ReadOnlySpan<byte> Row(int row) => Bytes(_files, _entries[row]);

    public ulong Hash(int row) => _entries[row].Hash;

    /// <summary>0 = came first.</summary>
    public int Arrival(int row) => _entries[row].Arrival;

    /// <summary>The different texts of a text column.</summary>
    public Utf8Dictionary Texts(int column) => _texts[column]!;

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static ReadOnlySpan<byte> Bytes(List<RowFile> files, in Entry entry) => files[entry.File].Slice(entry.Offset, entry.Length);

    private static int Compare(List<RowFile> files, in Entry a, in Entry b)
    {
        var order = a.Hash.CompareTo(b.Hash);
        if (order == 0 && a.Arrival != b.Arrival)
        {
            order = Bytes(files, a).SequenceCompareTo(Bytes(files, b));
        }

        return order != 0 ? order : a.Arrival.CompareTo(b.Arrival);
    }

    /// <summary>Where a row is.</summary>
    internal readonly record struct Entry(ulong Hash, long Offset, int File, int Length, int Arrival);
}
