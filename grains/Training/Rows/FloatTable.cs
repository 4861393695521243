namespace Graincast.Training;

/// <summary>
/// Rows × width float32, row-major, in blocks of whole rows, so that no array comes near .NET's 2³¹ elements and native
/// libraries can be handed a block at a time.
/// </summary>
public sealed class FloatTable
{
    private const int BlockFloats = 1 << 18;

    private readonly float[][] _blocks;
    private readonly int _rowsPerBlock;

    public FloatTable(int rows, int width)
    {
        Rows = rows;
        Width = width;
        _rowsPerBlock = Math.Max(1, BlockFloats / width);
        _blocks = new float[(rows + _rowsPerBlock - 1) / _rowsPerBlock][];
        for (var block = 0; block < _blocks.Length; block++)
        {
            _blocks[block] = new float[Math.Min(_rowsPerBlock, rows - block * _rowsPerBlock) * width];
        }
    }

    public int Rows { get; }

    /// <summary>Numbers a row.</summary>
    public int Width { get; }

    public int Blocks => _blocks.Length;

    public Span<float> Row(int row)
    {
        var (block, inBlock) = Math.DivRem(row, _rowsPerBlock);
        return _blocks[block].AsSpan(inBlock * Width, Width);
    }

    /// <summary>The rows of one block, one after the other; its first row is <see cref="FirstRow"/>.</summary>
    public Span<float> Block(int block) => _blocks[block];

    public int FirstRow(int block) => block * _rowsPerBlock;

    public int RowsOf(int block) => _blocks[block].Length / Width;
}
