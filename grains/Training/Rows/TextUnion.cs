using System.Buffers.Binary;

namespace Graincast.Training;

/// <summary>The different texts of a column over all parts.</summary>
internal static class TextUnion
{
    /// <summary>All texts in bytewise order, and the place in it of each number of <paramref name="own"/>.</summary>
    /// <exception cref="GraincastException">22023: more than <see cref="RowScanner.MaxTexts"/>.</exception>
    public static (string[] Sorted, int[] Place) Of(Communicator ranks, Utf8Dictionary own, string column)
    {
        if (ranks.Size == 1)
        {
            return own.Sort();
        }

        var union = new Utf8Dictionary();
        foreach (var part in ranks.AllGather(Write(own)))
        {
            ReadOnlySpan<byte> rest = part;
            while (rest.Length > 0)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                if (union.Add(rest.Slice(4, length)) >= RowScanner.MaxTexts)
                {
                    throw RowScanner.TooManyTexts(column);
                }

                rest = rest[(4 + length)..];
            }
        }

        var (sorted, place) = union.Sort();
        return (sorted, [.. Enumerable.Range(0, own.Count).Select(number => place[union.Find(own.Text(number))])]);
    }

    private static byte[] Write(Utf8Dictionary texts)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        for (var number = 0; number < texts.Count; number++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, texts.Text(number).Length);
            bytes.Write(length);
            bytes.Write(texts.Text(number));
        }

        return bytes.ToArray();
    }
}
