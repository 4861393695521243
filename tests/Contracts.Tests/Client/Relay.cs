using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Graincast.Client;

/// <summary>Stands between a client and a gateway, and can cut their connections as a killed silo does.</summary>
public sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly int _gatewayPort;

    public Relay(int gatewayPort)
    {
        _gatewayPort = gatewayPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every connection there is; new ones are taken.</summary>
    public void Cut()
    {
        while (_open.TryTake(out Socket? connection))
        {
            connection.Close(0);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                var silo = new TcpClient();
                await silo.ConnectAsync(IPAddress.Loopback, _gatewayPort);
                _open.Add(client.Client);
                _open.Add(silo.Client);
                _ = CopyAsync(client, silo);
                _ = CopyAsync(silo, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            from.Close();
            to.Close();
        }
    }
}
