using System.Net;
using System.Net.Sockets;

namespace Graincast.Hosting;

/// <summary>Ports of loopback that nobody listens on now.</summary>
public static class FreePort
{
    // Whom a port was given to may not listen yet.
    private static readonly HashSet<int> Given = [];

    /// <summary>One that the kernel picked, another each time.</summary>
    public static int Next()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            lock (Given)
            {
                if (Given.Add(port))
                {
                    return port;
                }
            }
        }
    }
}
