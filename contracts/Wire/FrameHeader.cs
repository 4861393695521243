using System.Buffers.Binary;

namespace Graincast.Wire;

/// <summary>The first 12 bytes of every frame.</summary>
public readonly record struct FrameHeader(int PayloadBytes, FrameKind Kind, uint Stream)
{
    /// <summary>The size of a header.</summary>
    public const int SizeBytes = 12;

    /// <summary>The largest payload.</summary>
    public const int MaxPayloadBytes = 64 << 20;

    /// <summary>The version of PROTOCOL.md that this code speaks.</summary>
    public const ushort ProtocolVersion = 1;

    /// <summary>Reads a header; 08P01 when it breaks the protocol.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        uint payload = BinaryPrimitives.ReadUInt32LittleEndian(bytes);   // u32 payload_bytes
        byte kind = bytes[4];                                            // u8  kind
        byte flags = bytes[5];                                           // u8  flags
        ushort zero = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]); // u16 zero
        uint stream = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]); // u32 stream
        return payload <= MaxPayloadBytes && flags == 0 && zero == 0
            ? new FrameHeader((int)payload, (FrameKind)kind, stream)
            : throw WireReader.Broken($"frame header kind {kind}, flags {flags}, {payload} bytes");
    }

    /// <summary>Writes the header into the first 12 bytes of <paramref name="bytes"/>.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)PayloadBytes);
        bytes[4] = (byte)Kind;
        bytes[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Stream);
    }
}
