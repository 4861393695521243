namespace Graincast.Wire;

/// <summary>Asks for the raw scores of rows by an external model, one that the kernel does not score.</summary>
public sealed record ScoreRows(string Role, byte[] Image, float[] Inputs) : IFrame<ScoreRows>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.ScoreRows;

    /// <inheritdoc/>
    public static ScoreRows Read(ref WireReader reader) => new(
        reader.Str(),               // str role
        reader.Bytes(32).ToArray(), // sha256 image
        ReadInputs(ref reader));    // u32 inputs, inputs × f32: whole rows

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
        writer.Bytes(Image);
        writer.U32((uint)Inputs.Length);
        foreach (float input in Inputs)
        {
            writer.F32(input);
        }
    }

    // The bytes are looked for before memory is taken for them.
    private static float[] ReadInputs(ref WireReader reader)
    {
        uint count = reader.U32();
        if (count > FrameHeader.MaxPayloadBytes / sizeof(float))
        {
            throw WireReader.Broken($"{count} inputs");
        }

        var numbers = new WireReader(reader.Bytes(count * sizeof(float)));
        var inputs = new float[count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = numbers.F32();
        }

        return inputs;
    }
}
