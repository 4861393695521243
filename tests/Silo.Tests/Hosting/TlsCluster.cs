using System.Net;
using Graincast.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Graincast.Hosting;

/// <summary>Three real silos in this process that talk over sockets with TLS, each with a certificate of its own.</summary>
public sealed class TlsCluster : IAsyncLifetime
{
    private const int Count = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-tls-").FullName;
    private readonly List<IHost> _silos = [];

    public TestAuthority Authority { get; } = new();

    public ServedCalls Served { get; } = new();

    /// <summary>Of all silos.</summary>
    public LogLines Log { get; } = new();

    /// <summary>Where the silos are, by number.</summary>
    public List<GraincastOptions> Options { get; } = [];

    public IPEndPoint SiloPort(int number = 0) => new(IPAddress.Loopback, Options[number].SiloPort);

    public IPEndPoint GatewayPort(int number = 0) => new(IPAddress.Loopback, Options[number].GatewayPort);

    public async ValueTask InitializeAsync()
    {
        for (int number = 0; number < Count; number++)
        {
            Options.Add(NewOptions(Authority.Silo().WriteTo(Folder($"silo-{number}"), Authority.Pem)));
            IHost silo = BuildSilo(builder => new SiloEndpoints(Options[^1]).Configure(builder), Log);
            _silos.Add(silo);
            await silo.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost silo in Enumerable.Reverse(_silos))
        {
            await silo.StopAsync();
            silo.Dispose();
        }

        Authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public string Folder(string name) => Path.Combine(_folder, name);

    public GraincastOptions NewOptions(string tlsDirectory) => new() { TlsDirectory = tlsDirectory, SiloPort = FreePort.Next(), GatewayPort = FreePort.Next() };

    /// <summary>A silo that wants to be one of the cluster.</summary>
    public IHost BuildSilo(Action<ISiloBuilder> configure, LogLines log)
    {
        HostApplicationBuilder builder = NewBuilder(log);
        builder.Services.AddSingleton(Served);
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(SiloPort());
            configure(silo);
        });
        return builder.Build();
    }

    /// <summary>A client, connected unless that is refused, which throws.</summary>
    public async Task<IHost> ConnectAsync(string? tlsDirectory, LogLines? log = null, IPEndPoint? gateway = null)
    {
        HostApplicationBuilder builder = NewBuilder(log ?? new LogLines());
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(gateway is null ? [.. Enumerable.Range(0, Count).Select(GatewayPort)] : [gateway]);
            client.UseTls(_ => tlsDirectory);
            client.UseConnectionRetryFilter((_, _) => Task.FromResult(false));
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The silos that the cluster knows as active.</summary>
    public async Task<SiloAddress[]> ActiveAsync() =>
        [.. (await _silos[0].Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Keys];

    private static HostApplicationBuilder NewBuilder(LogLines log)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(log);
        return builder;
    }
}
