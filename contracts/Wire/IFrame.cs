namespace Graincast.Wire;

/// <summary>A message of PROTOCOL.md: one type a kind.</summary>
public interface IFrame<T>
    where T : IFrame<T>
{
    /// <summary>The number that announces the message.</summary>
    static abstract FrameKind Kind { get; }

    /// <summary>Reads the payload, to its last byte.</summary>
    static abstract T Read(ref WireReader reader);

    /// <summary>Writes the payload.</summary>
    void Write(WireWriter writer);
}

/// <summary>Reads whole payloads.</summary>
public static class Payload
{
    /// <summary>The message in <paramref name="payload"/>; 08P01 when bytes lack or are left over.</summary>
    public static T Read<T>(ReadOnlySpan<byte> payload)
        where T : IFrame<T>
    {
        var reader = new WireReader(payload);
        T message = T.Read(ref reader);
        reader.End();
        return message;
    }
}
