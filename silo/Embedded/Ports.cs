using System.Net;
using System.Net.Sockets;
using Graincast.Hosting;

namespace Graincast.Embedded;

/// <summary>Ports of loopback for servers that should be found where they were.</summary>
internal static class Ports
{
    /// <summary>The port of last time if nobody has taken it, else a free one.</summary>
    public static int KeepOrPick(int? last) => last is { } port && IsFree(port) ? port : FreePort.Next();

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
