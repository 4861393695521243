using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Graincast.Wire;

/// <summary>Writes a frame: the header's place first, the payload behind it, the header's numbers last.</summary>
public sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The frame of <paramref name="message"/> on <paramref name="stream"/>. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Frame<T>(T message, uint stream)
        where T : IFrame<T>
    {
        _buffer.ResetWrittenCount();
        _buffer.GetSpan(FrameHeader.SizeBytes)[..FrameHeader.SizeBytes].Clear();
        _buffer.Advance(FrameHeader.SizeBytes);
        message.Write(this);
        int payloadBytes = _buffer.WrittenCount - FrameHeader.SizeBytes;
        if (payloadBytes > FrameHeader.MaxPayloadBytes)
        {
            throw new GraincastException(SqlState.ProtocolViolation, $"a {T.Kind} frame of {payloadBytes} bytes is over the limit of {FrameHeader.MaxPayloadBytes}");
        }

        Memory<byte> frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory);
        new FrameHeader(payloadBytes, T.Kind, stream).Write(frame.Span);
        return frame;
    }

    /// <summary>A copy of what was written, without a frame around it.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Writes a byte.</summary>
    public void U8(byte value) => _buffer.Write([value]);

    /// <summary>Writes 0 or 1.</summary>
    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    /// <summary>Writes two bytes.</summary>
    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
    }

    /// <summary>Writes four bytes.</summary>
    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>Writes eight bytes.</summary>
    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    /// <summary>Writes a float.</summary>
    public void F32(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>Writes a <c>str</c>.</summary>
    public void Str(string value)
    {
        U32((uint)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _buffer);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);
}
