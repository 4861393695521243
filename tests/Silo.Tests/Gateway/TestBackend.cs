using System.Net.Sockets;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>A backend's end of the socket, with real bytes.</summary>
public sealed class TestBackend : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly FrameReader _reader;
    private readonly FrameSender _sender;

    private TestBackend(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _reader = new FrameReader(_socket);
        _sender = new FrameSender(_socket);
    }

    /// <summary>Connects and says nothing.</summary>
    public static TestBackend Silent(string path) => new(path);

    /// <summary>Connects and says Hello.</summary>
    public static TestBackend Connect(string path)
    {
        var backend = new TestBackend(path);
        try
        {
            backend.Send(new Hello(FrameHeader.ProtocolVersion, FrameHeader.ProtocolVersion, 1, "app", "0.1.0"), 0);
            backend.Receive<Welcome>();
            return backend;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    public void Send<T>(T message, uint stream)
        where T : IFrame<T> => _sender.Send(message, stream);

    public void SendBytes(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>False when the silo has closed.</summary>
    public bool TrySendBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _socket.Send(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>False when the silo has closed.</summary>
    public bool TryStopSending()
    {
        try
        {
            StopSending();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void StopSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next frame, which must be a <typeparamref name="T"/>.</summary>
    public T Receive<T>()
        where T : IFrame<T>
    {
        FrameHeader header = _reader.ReadHeader() ?? throw new EndOfStreamException($"the silo closed instead of sending {T.Kind}");
        ReadOnlySpan<byte> payload = _reader.ReadPayload(header.PayloadBytes);
        return header.Kind == T.Kind
            ? Payload.Read<T>(payload)
            : throw new InvalidDataException($"{header.Kind} instead of {T.Kind}: {(header.Kind == FrameKind.Error ? Payload.Read<Error>(payload) : "")}");
    }

    /// <summary>The next frame, which must be one of two.</summary>
    public object ReceiveEither<T1, T2>()
        where T1 : IFrame<T1>
        where T2 : IFrame<T2>
    {
        FrameHeader header = _reader.ReadHeader() ?? throw new EndOfStreamException($"the silo closed instead of sending {T1.Kind} or {T2.Kind}");
        ReadOnlySpan<byte> payload = _reader.ReadPayload(header.PayloadBytes);
        return header.Kind == T1.Kind ? Payload.Read<T1>(payload) : header.Kind == T2.Kind ? Payload.Read<T2>(payload) : throw new InvalidDataException($"{header.Kind}");
    }

    /// <summary>Progress frames until the final one, which must be a <typeparamref name="T"/>.</summary>
    public (IReadOnlyList<string> Progress, T Last) ReceiveLast<T>()
        where T : IFrame<T>
    {
        var progress = new List<string>();
        while (true)
        {
            FrameHeader header = _reader.ReadHeader() ?? throw new EndOfStreamException($"the silo closed instead of sending {T.Kind}");
            ReadOnlySpan<byte> payload = _reader.ReadPayload(header.PayloadBytes);
            if (header.Kind != FrameKind.Progress)
            {
                return header.Kind == T.Kind
                    ? (progress, Payload.Read<T>(payload))
                    : throw new InvalidDataException($"{header.Kind} instead of {T.Kind}: {(header.Kind == FrameKind.Error ? Payload.Read<Error>(payload) : "")}");
            }

            progress.Add(Payload.Read<Progress>(payload).Text);
        }
    }

    /// <summary>Whether the silo has closed; waits for it. Frames before that are read and dropped.</summary>
    public bool IsClosed()
    {
        try
        {
            while (_reader.ReadHeader() is { } header)
            {
                _reader.ReadPayload(header.PayloadBytes);
            }

            return true;
        }
        catch (Exception exception) when (exception is SocketException { SocketErrorCode: SocketError.ConnectionReset } or GraincastException)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();
}
