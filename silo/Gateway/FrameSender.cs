using System.Net.Sockets;
using Graincast.Wire;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Gateway;

/// <summary>Sends whole frames, one after the other, from whichever thread has one.</summary>
public sealed class FrameSender(Socket socket)
{
    private readonly Lock _lock = new();
    private readonly WireWriter _writer = new();

    /// <summary>Sends a frame.</summary>
    public void Send<T>(T message, uint stream)
        where T : IFrame<T>
    {
        lock (_lock)
        {
            ReadOnlySpan<byte> frame = _writer.Frame(message, stream).Span;
            while (!frame.IsEmpty)
            {
                frame = frame[socket.Send(frame)..];
            }
        }
    }

    /// <summary>Sends a frame with an open descriptor on its first byte.</summary>
    public void Send<T>(T message, uint stream, SafeFileHandle descriptor)
        where T : IFrame<T>
    {
        lock (_lock)
        {
            DescriptorSender.Send(socket, _writer.Frame(message, stream).Span, descriptor);
        }
    }

    /// <summary>Sends a frame to a peer that may have gone; false when it has.</summary>
    public bool TrySend<T>(T message, uint stream)
        where T : IFrame<T>
    {
        try
        {
            Send(message, stream);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
