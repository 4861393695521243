using System.Net.Sockets;
using Graincast.Telemetry;

namespace Graincast.Gateway;

/// <summary>The silo's end of the socket: accepts backends, each on a blocking thread of its own (three times as quick as asynchronous receives).</summary>
public sealed partial class GatewayService(SocketOptions options, BackendCalls calls, ILogger<GatewayService> logger) : IHostedService, IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<BackendConnection, TaskCompletionSource> _connections = [];
    private uint[] _users = [];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(options.SocketPath))!;
        Directory.CreateDirectory(folder);
        RemoveStaleSocket();
        _listener.Bind(new UnixDomainSocketEndPoint(options.SocketPath));
        // The mode first, then listen: nobody connects to a socket that is open to all for a moment.
        File.SetUnixFileMode(options.SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        _users = [0, FileOwner.OfProcess(), FileOwner.Of(folder), options.PostgresUserId ?? 0];
        _listener.Listen(Limits.Backlog);
        new Thread(Accept) { IsBackground = true, Name = "graincast-accept" }.Start();
        LogListening(logger, options.SocketPath);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more connections and calls, lets those that came end and, after <see cref="Limits.DrainTimeoutMs"/>, closes the rest.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        File.Delete(options.SocketPath);
        KeyValuePair<BackendConnection, TaskCompletionSource>[] served;
        lock (_connections)
        {
            served = [.. _connections];
        }

        foreach ((BackendConnection connection, _) in served)
        {
            connection.Drain();
        }

        Task all = Task.WhenAll(served.Select(pair => pair.Value.Task));
        await all.WaitAsync(TimeSpan.FromMilliseconds(Limits.DrainTimeoutMs), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!all.IsCompleted)
        {
            LogDrainedInVain(logger, served.Count(pair => !pair.Value.Task.IsCompleted), Limits.DrainTimeoutMs);
        }

        foreach ((BackendConnection connection, _) in served)
        {
            connection.Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _stopping.Dispose();
    }

    private void RemoveStaleSocket()
    {
        if (!File.Exists(options.SocketPath))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(options.SocketPath));
        }
        catch (SocketException)
        {
            // Nobody listens: a silo that was killed left it behind.
            File.Delete(options.SocketPath);
            return;
        }

        throw new IOException($"another silo listens on {options.SocketPath}; stop it, or set GRAINCAST__SOCKET to another path");
    }

    private void Accept()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (!_stopping.IsCancellationRequested)
                {
                    LogAcceptFailed(logger, exception);
                    // Out of descriptors, most likely: give connections time to close, and the log to stay readable.
                    Thread.Sleep(Limits.AcceptRetryMs);
                }

                continue;
            }

            Serve(socket);
        }
    }

    private void Serve(Socket socket)
    {
        PeerCredentials peer = PeerCredentials.Of(socket);
        if (!_users.Contains(peer.UserId))
        {
            LogStrangerRefused(logger, peer.UserId, peer.Pid);
            socket.Dispose();
            return;
        }

        var connection = new BackendConnection(socket, options.Node, calls);
        bool isFull;
        lock (_connections)
        {
            isFull = _connections.Count >= options.MaxConnections;
            if (!isFull)
            {
                _connections.Add(connection, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                GraincastMeter.GatewayConnections.Add(1);
            }
        }

        if (isFull)
        {
            connection.Refuse(options.MaxConnections);
            return;
        }

        new Thread(() => Run(connection)) { IsBackground = true, Name = $"graincast-{peer.Pid}" }.Start();
    }

    private void Run(BackendConnection connection)
    {
        try
        {
            connection.Run();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or GraincastException)
        {
            LogConnectionLost(logger, exception.Message);
        }
        catch (Exception exception)
        {
            // One connection must not take the silo with it.
            LogConnectionFailed(logger, ExceptionOutline.Of(exception));
        }
        finally
        {
            lock (_connections)
            {
                _connections.Remove(connection, out TaskCompletionSource? ended);
                GraincastMeter.GatewayConnections.Add(-1);
                ended!.SetResult();
            }
        }
    }
}
