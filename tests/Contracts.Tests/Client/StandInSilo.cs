using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Graincast.Client;

/// <summary>A silo of one, with its gateway on loopback; and clients of it.</summary>
public sealed class StandInSilo : IAsyncDisposable
{
    private readonly List<IHost> _clients = [];
    private readonly int _siloPort = FreePort();
    private readonly int _listeningPort;
    private IHost? _silo;

    /// <param name="isRelayed">Whether a relay stands before the gateway, at the address that the silo calls its own.</param>
    public StandInSilo(bool isRelayed = false)
    {
        _listeningPort = FreePort();
        Relay = isRelayed ? new Relay(_listeningPort) : null;
        GatewayPort = Relay?.Port ?? _listeningPort;
    }

    public Relay? Relay { get; }

    public Script Script { get; } = new();

    public int GatewayPort { get; }

    public static async Task<StandInSilo> StartNewAsync()
    {
        var silo = new StandInSilo();
        await silo.StartAsync();
        return silo;
    }

    public async Task StartAsync()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Script);
        builder.UseOrleans(orleans => orleans
            .UseLocalhostClustering(_siloPort, GatewayPort, serviceId: "graincast", clusterId: "graincast")
            .Configure<EndpointOptions>(endpoints => endpoints.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, _listeningPort)));
        _silo = builder.Build();
        await _silo.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_silo is { } silo)
        {
            _silo = null;
            await silo.StopAsync();
            silo.Dispose();
        }
    }

    /// <summary>A client whose tokens are token-1, token-2 and so on.</summary>
    public async Task<GraincastClient> ConnectAsync(Action<GraincastClientOptions>? configure = null)
    {
        IHost host = Client(configure);
        await host.StartAsync();
        _clients.Add(host);
        return host.Services.GetRequiredService<GraincastClient>();
    }

    public IHost Client(Action<GraincastClientOptions>? configure = null)
    {
        int tokens = 0;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddGraincastClient(options =>
        {
            options.UseGateways(new IPEndPoint(IPAddress.Loopback, GatewayPort));
            options.Database = "app";
            options.TokenProvider = _ => ValueTask.FromResult($"token-{Interlocked.Increment(ref tokens)}");
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        await StopAsync();
        Relay?.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
