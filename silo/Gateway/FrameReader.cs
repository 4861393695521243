using System.Net.Sockets;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>Reads frames from a blocking socket: small ones with one receive, the bulk of large ones straight into their own array.</summary>
public sealed class FrameReader(Socket socket)
{
    // Frames of a feed have a quarter of it, and come by the hundred: they share their memory.
    private const int KeptBytes = 1 << 20;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private byte[] _payload = [];
    private int _start;
    private int _end;

    /// <summary>The next header; null when the peer closed between two frames. 08P01 when it closed within one or the header is broken.</summary>
    public FrameHeader? ReadHeader()
    {
        while (_end - _start < FrameHeader.SizeBytes)
        {
            if (!Fill())
            {
                return _end == _start ? null : throw Cut();
            }
        }

        FrameHeader header = FrameHeader.Read(_buffer.AsSpan(_start, FrameHeader.SizeBytes));
        _start += FrameHeader.SizeBytes;
        return header;
    }

    /// <summary>The payload that the header announced. It is valid until the next is read.</summary>
    public ReadOnlySpan<byte> ReadPayload(int sizeBytes)
    {
        Span<byte> payload = MemoryFor(sizeBytes);
        int read = Math.Min(sizeBytes, _end - _start);
        _buffer.AsSpan(_start, read).CopyTo(payload);
        _start += read;
        while (read < sizeBytes)
        {
            int received = socket.Receive(payload[read..]);
            read += received > 0 ? received : throw Cut();
        }

        return payload;
    }

    private Span<byte> MemoryFor(int sizeBytes)
    {
        if (sizeBytes > KeptBytes)
        {
            return new byte[sizeBytes];
        }

        if (sizeBytes > _payload.Length)
        {
            _payload = new byte[sizeBytes];
        }

        return _payload.AsSpan(0, sizeBytes);
    }

    private bool Fill()
    {
        // A header that has begun must come to its end; between frames a backend may be silent for days.
        socket.ReceiveTimeout = _end > _start ? Limits.HeaderTimeoutMs : socket.ReceiveTimeout;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int received = socket.Receive(_buffer.AsSpan(_end));
        _end += received;
        return received > 0;
    }

    private static GraincastException Cut() => new(SqlState.ProtocolViolation, "the connection closed in the middle of a frame");
}
