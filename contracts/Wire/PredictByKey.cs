namespace Graincast.Wire;

/// <summary>Asks for the prediction for the row of the project's feature source that has this key.</summary>
public sealed record PredictByKey(string Role, string Project, IReadOnlyList<string> Key) : IFrame<PredictByKey>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.PredictByKey;

    /// <inheritdoc/>
    public static PredictByKey Read(ref WireReader reader) => new(
        reader.Str(),          // str role
        reader.Str(),          // str project
        ReadKey(ref reader));  // u16 parts, parts × str

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str(Role);
        writer.Str(Project);
        writer.U16((ushort)Key.Count);
        foreach (string part in Key)
        {
            writer.Str(part);
        }
    }

    private static string[] ReadKey(ref WireReader reader)
    {
        var key = new string[reader.U16()];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = reader.Str();
        }

        return key;
    }
}
