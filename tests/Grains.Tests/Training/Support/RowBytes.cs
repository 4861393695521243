using System.Text;
using Graincast.Training;

namespace Graincast.Tests.Training;

/// <summary>Writes rows as PROTOCOL.md has them.</summary>
internal static class RowBytes
{
    public static byte[] Write(IReadOnlyList<ColumnSpec> columns, IEnumerable<object?[]> rows)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        foreach (var row in rows)
        {
            var bitmap = new byte[(columns.Count + 7) / 8];
            for (var i = 0; i < columns.Count; i++)
            {
                bitmap[i / 8] |= (byte)(row[i] is null ? 1 << (i % 8) : 0);
            }

            writer.Write(bitmap);
            for (var i = 0; i < columns.Count; i++)
            {
                WriteValue(writer, columns[i], row[i]);
            }
        }

        return buffer.ToArray();
    }

    private static void WriteValue(BinaryWriter writer, ColumnSpec column, object? value)
    {
        switch (value)
        {
            case null:
                return;
            case double[] array:
                writer.Write(array.Length);
                Array.ForEach(array, element => WriteNumber(writer, column.Type, element));
                return;
            case string text:
                writer.Write(Encoding.UTF8.GetByteCount(text));
                writer.Write(Encoding.UTF8.GetBytes(text));
                return;
            default:
                WriteNumber(writer, column.Type, Convert.ToDouble(value));
                return;
        }
    }

    private static void WriteNumber(BinaryWriter writer, ColumnType type, double value)
    {
        switch (type)
        {
            case ColumnType.Float32: writer.Write((float)value); break;
            case ColumnType.Float64: writer.Write(value); break;
            default: writer.Write((byte)value); break;
        }
    }
}
