using System.Net.Sockets;
using Graincast.Wire;

namespace Graincast.Servers;

/// <summary>Says Hello to a silo, as a backend does.</summary>
public static class Greeting
{
    /// <summary>What the silo answers.</summary>
    public static Welcome Of(string socketPath)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        using var stream = new NetworkStream(socket);
        stream.Write(new WireWriter().Frame(new Hello(FrameHeader.ProtocolVersion, FrameHeader.ProtocolVersion, (uint)Environment.ProcessId, "graincast", "0.1.0"), 0).Span);
        var start = new byte[FrameHeader.SizeBytes];
        stream.ReadExactly(start);
        var header = FrameHeader.Read(start);
        var payload = new byte[header.PayloadBytes];
        stream.ReadExactly(payload);
        return header.Kind == FrameKind.Welcome ? Payload.Read<Welcome>(payload) : throw new InvalidDataException($"The silo answered {header.Kind}.");
    }
}
