namespace Graincast.Wire;

/// <summary>Raw scores, rows × outputs of the model.</summary>
public sealed record Scores(double[] Values) : IFrame<Scores>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Scores;

    /// <inheritdoc/>
    public static Scores Read(ref WireReader reader)
    {
        uint count = reader.U32(); // u32 values
        if (count > FrameHeader.MaxPayloadBytes / sizeof(double))
        {
            throw WireReader.Broken($"{count} scores");
        }

        var numbers = new WireReader(reader.Bytes(count * sizeof(double)));
        var values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt64BitsToDouble(numbers.U64()); // values × f64
        }

        return new Scores(values);
    }

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32((uint)Values.Length);
        foreach (double value in Values)
        {
            writer.U64(BitConverter.DoubleToUInt64Bits(value));
        }
    }
}
