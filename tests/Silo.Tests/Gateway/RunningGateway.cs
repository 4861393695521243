using Graincast.Placement;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Graincast.Gateway;

/// <summary>A gateway on a real Unix socket, in front of real silos, for node "0".</summary>
public sealed class RunningGateway : IAsyncLifetime
{
    public const int MaxConnections = 16;

    private readonly NodeCluster _nodes = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-gw-").FullName;
    private GatewayService? _gateway;

    public string Path => System.IO.Path.Combine(_folder, "graincast.sock");

    public async ValueTask InitializeAsync()
    {
        await _nodes.InitializeAsync();
        _gateway = Another();
        await _gateway.StartAsync(CancellationToken.None);
    }

    /// <summary>A gateway for the same path that has not been started.</summary>
    public GatewayService Another() => new(
        new SocketOptions(Path, "0", MaxConnections),
        new BackendCalls(_nodes.Grains, NullLogger<BackendCalls>.Instance),
        NullLogger<GatewayService>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _gateway!.StopAsync(CancellationToken.None);
        _gateway.Dispose();
        await _nodes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
