using System.Net.Sockets;
using Graincast.Wire;

namespace Graincast.Servers;

/// <summary>Calls a silo over its socket, as a backend does.</summary>
public sealed class SiloClient : IDisposable
{
    private readonly NetworkStream _stream;

    /// <summary>Connects and says Hello.</summary>
    public SiloClient(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        _stream = new NetworkStream(socket, ownsSocket: true);
        Send(new Hello(FrameHeader.ProtocolVersion, FrameHeader.ProtocolVersion, (uint)Environment.ProcessId, "graincast", "0.1.0"));
        Welcome = Receive<Welcome>();
    }

    /// <summary>What the silo answered to Hello.</summary>
    public Welcome Welcome { get; }

    public void Send<T>(T message)
        where T : IFrame<T> => _stream.Write(new WireWriter().Frame(message, 1).Span);

    /// <summary>The next frame but progress, which must be a <typeparamref name="T"/>. Waits for it.</summary>
    public T Receive<T>()
        where T : IFrame<T>
    {
        while (true)
        {
            var start = new byte[FrameHeader.SizeBytes];
            _stream.ReadExactly(start);
            var header = FrameHeader.Read(start);
            var payload = new byte[header.PayloadBytes];
            _stream.ReadExactly(payload);
            if (header.Kind == T.Kind)
            {
                return Payload.Read<T>(payload);
            }
            if (header.Kind != FrameKind.Progress)
            {
                throw new InvalidDataException($"{header.Kind} instead of {T.Kind}: {(header.Kind == FrameKind.Error ? Payload.Read<Error>(payload) : "")}");
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
