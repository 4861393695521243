using System.Numerics;

namespace Graincast.Training;

/// <summary>
/// Rows × width float32, row-major, in blocks of whole rows, so that no array comes near .NET's 2³¹ elements. A selection of rows shares its table's
/// numbers: splits and folds of a run are all of one table.
/// </summary>
public sealed class FloatTable
{
    private const int BlockFloats = 1 << 18;

    // 64 KiB: native libraries are handed so many numbers at a time, and a core's cache holds them.
    private const int ChunkFloats = 1 << 14;

    private readonly float[][] _blocks;

    // Rows of a block, as a power of two: a row is found without a division.
    private readonly int _blockBits;
    private readonly int[]? _selected;

    public FloatTable(int rows, int width)
    {
        (Rows, Width) = (rows, width);
        _blockBits = BitOperations.Log2((uint)Math.Max(1, BlockFloats / width));
        _blocks = new float[(int)(((long)rows + (1 << _blockBits) - 1) >> _blockBits)][];
        for (var block = 0; block < _blocks.Length; block++)
        {
            _blocks[block] = new float[Math.Min(1 << _blockBits, rows - (block << _blockBits)) * width];
        }
    }

    private FloatTable(FloatTable all, int[] rows)
    {
        (Rows, Width, _blockBits, _blocks) = (rows.Length, all.Width, all._blockBits, all._blocks);
        _selected = all._selected is { } selected ? Array.ConvertAll(rows, row => selected[row]) : rows;
    }

    public int Rows { get; }

    /// <summary>Numbers a row.</summary>
    public int Width { get; }

    /// <summary>Rows of a chunk, but for the last one.</summary>
    public int ChunkRows => Math.Max(1, ChunkFloats / Width);

    public Span<float> Row(int row)
    {
        var place = _selected is null ? row : _selected[row];
        return _blocks[place >> _blockBits].AsSpan((place & ((1 << _blockBits) - 1)) * Width, Width);
    }

    /// <summary>Some of the rows. No number is copied.</summary>
    /// <param name="rows">Ascending, each at most once.</param>
    public FloatTable Select(int[] rows) => rows.Length == Rows ? this : new(this, rows);

    /// <summary>Copies rows, one after the other.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="target">As many rows as it has room for.</param>
    public void CopyRows(int first, Span<float> target)
    {
        for (var row = first; target.Length > 0; row++)
        {
            Row(row).CopyTo(target);
            target = target[Width..];
        }
    }
}
