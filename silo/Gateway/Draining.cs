using System.Net.Sockets;

namespace Graincast.Gateway;

/// <summary>The end of a connection that must not end within a call: once draining has begun it is read from no more as soon as it is not busy.</summary>
public sealed class Draining(Socket socket)
{
    private readonly Lock _lock = new();
    private bool _isBusy;
    private bool _hasBegun;
    private bool _isClosed;

    /// <summary>Whether a call is answered or one that belongs to it must follow.</summary>
    public void SetBusy(bool isBusy)
    {
        lock (_lock)
        {
            _isBusy = isBusy;
            StopReadingIfIdle();
        }
    }

    /// <summary>Lets the connection end, from any thread.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _hasBegun = true;
            StopReadingIfIdle();
        }
    }

    /// <summary>Ends it now, from any thread.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            socket.Dispose();
        }
    }

    // What is in the socket's buffer by now is still read.
    private void StopReadingIfIdle()
    {
        if (_hasBegun && !_isBusy && !_isClosed)
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
    }
}
