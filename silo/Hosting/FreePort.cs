using System.Net;
using System.Net.Sockets;

namespace Graincast.Hosting;

/// <summary>Ports of loopback that nobody listens on now.</summary>
public static class FreePort
{
    /// <summary>One that the kernel picked.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
