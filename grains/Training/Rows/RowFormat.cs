using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Graincast.Training;

/// <summary>
/// The bytes of a row, as PROTOCOL.md has them. A row file is not trusted: every length is checked against the bytes that are there.
/// </summary>
internal sealed class RowFormat
{
    /// <summary>Where a value is in its row; <see cref="Offset"/> −1 = NULL. An array's offset is that of its first element.</summary>
    public readonly record struct Value(int Offset, int Count);

    private readonly ColumnSpec[] _columns;
    private readonly int _bitmapBytes;

    // Of a row without a NULL where such rows are all of one form, else 0 and none: its length, its values, and where its bools are.
    private readonly int _plainBytes;
    private readonly Value[] _plain = [];
    private readonly int[] _plainBools = [];

    public RowFormat(IReadOnlyList<ColumnSpec> columns)
    {
        _columns = [.. columns];
        _bitmapBytes = (columns.Count + 7) / 8;
        if (_columns.All(column => !column.IsArray && column.Type != ColumnType.Text))
        {
            _plain = new Value[_columns.Length];
            _plainBytes = Find(new byte[_bitmapBytes + _columns.Sum(column => ElementBytes(column.Type))], _plain);
            _plainBools = [.. _plain.Where((_, i) => _columns[i].Type == ColumnType.Bool).Select(value => value.Offset)];
        }
    }

    public IReadOnlyList<ColumnSpec> Columns => _columns;

    /// <summary>Finds the values of the row that <paramref name="bytes"/> begins with.</summary>
    /// <param name="bytes">The row and whatever follows it.</param>
    /// <param name="values">One a column: elements of an array, bytes of a text, 1 otherwise.</param>
    /// <returns>The row's length, or −1 − column where the bytes break the format (−1 − number of columns for the bitmap).</returns>
    public int Scan(ReadOnlySpan<byte> bytes, Span<Value> values)
    {
        if (!IsPlain(bytes))
        {
            return Find(bytes, values);
        }

        _plain.CopyTo(values);
        return _plainBytes;
    }

    private bool IsPlain(ReadOnlySpan<byte> bytes)
    {
        var isPlain = _plainBytes > 0 && bytes.Length >= _plainBytes;
        for (var i = 0; i < _bitmapBytes; i++)
        {
            isPlain = isPlain && bytes[i] == 0;
        }

        foreach (var offset in _plainBools)
        {
            isPlain = isPlain && bytes[offset] <= 1;
        }

        return isPlain;
    }

    private int Find(ReadOnlySpan<byte> bytes, Span<Value> values)
    {
        if (bytes.Length < _bitmapBytes || HasStrayBits(bytes))
        {
            return -1 - _columns.Length;
        }

        var position = _bitmapBytes;
        for (var i = 0; i < _columns.Length; i++)
        {
            if ((bytes[i / 8] & (1 << (i % 8))) != 0)
            {
                values[i] = new Value(-1, 0);
                continue;
            }

            var column = _columns[i];
            var count = 1;
            if (column.IsArray || column.Type == ColumnType.Text)
            {
                if (bytes.Length - position < 4)
                {
                    return -1 - i;
                }

                count = BinaryPrimitives.ReadInt32LittleEndian(bytes[position..]);
                position += 4;
            }

            var size = count * (long)ElementBytes(column.Type);
            if (count < 0 || size > bytes.Length - position || !IsValid(column.Type, bytes.Slice(position, (int)size)))
            {
                return -1 - i;
            }

            values[i] = new Value(position, count);
            position += (int)size;
        }

        return position;
    }

    /// <summary>Element <paramref name="element"/> of a number or bool column; texts have their own way.</summary>
    public static double ReadNumber(ReadOnlySpan<byte> row, ColumnType type, Value value, int element) => type switch
    {
        ColumnType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(row[(value.Offset + element * 4)..]),
        ColumnType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(row[(value.Offset + element * 8)..]),
        _ => row[value.Offset + element],
    };

    /// <summary>Elements of a float32 column.</summary>
    public static ReadOnlySpan<float> Float32s(ReadOnlySpan<byte> row, Value value, int count) => MemoryMarshal.Cast<byte, float>(row.Slice(value.Offset, count * sizeof(float)));

    public static int ElementBytes(ColumnType type) => type switch
    {
        ColumnType.Float32 => 4,
        ColumnType.Float64 => 8,
        _ => 1,
    };

    private static bool IsValid(ColumnType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ColumnType.Bool => !bytes.ContainsAnyExceptInRange((byte)0, (byte)1),
        ColumnType.Text => Utf8.IsValid(bytes),
        _ => true,
    };

    // Equal rows must be equal bytes.
    private bool HasStrayBits(ReadOnlySpan<byte> bytes) => _columns.Length % 8 != 0 && bytes[_bitmapBytes - 1] >> (_columns.Length % 8) != 0;
}
