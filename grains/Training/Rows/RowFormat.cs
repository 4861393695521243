using System.Buffers.Binary;
using System.Text.Unicode;

namespace Graincast.Training;

/// <summary>
/// The bytes of a row, as PROTOCOL.md has them. A row file is not trusted: every length is checked against the bytes that are there.
/// </summary>
internal sealed class RowFormat(IReadOnlyList<ColumnSpec> columns)
{
    /// <summary>Where a value is in its row; <see cref="Offset"/> −1 = NULL. An array's offset is that of its first element.</summary>
    public readonly record struct Value(int Offset, int Count);

    private readonly int _bitmapBytes = (columns.Count + 7) / 8;

    public IReadOnlyList<ColumnSpec> Columns => columns;

    /// <summary>Finds the values of the row that <paramref name="bytes"/> begins with.</summary>
    /// <param name="bytes">The row and whatever follows it.</param>
    /// <param name="values">One a column: elements of an array, bytes of a text, 1 otherwise.</param>
    /// <returns>The row's length, or −1 − column where the bytes break the format (−1 − number of columns for the bitmap).</returns>
    public int Scan(ReadOnlySpan<byte> bytes, Span<Value> values)
    {
        if (bytes.Length < _bitmapBytes || HasStrayBits(bytes))
        {
            return -1 - columns.Count;
        }

        var position = _bitmapBytes;
        for (var i = 0; i < columns.Count; i++)
        {
            if ((bytes[i / 8] & (1 << (i % 8))) != 0)
            {
                values[i] = new Value(-1, 0);
                continue;
            }

            var column = columns[i];
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

    private static int ElementBytes(ColumnType type) => type switch
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
    private bool HasStrayBits(ReadOnlySpan<byte> bytes) => columns.Count % 8 != 0 && bytes[_bitmapBytes - 1] >> (columns.Count % 8) != 0;
}
