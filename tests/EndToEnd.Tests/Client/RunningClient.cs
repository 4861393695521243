using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Graincast.Client;

/// <summary>A host with a client of the SDK, as a user's program has one.</summary>
public sealed class RunningClient : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningClient(IHost host) => _host = host;

    public GraincastProject Project(string name) => _host.Services.GetRequiredService<GraincastClient>().Project(name);

    /// <summary>Finds the silos through this database and acts for its role.</summary>
    public static async Task<RunningClient> StartAsync(NpgsqlConnectionStringBuilder connection, Action<GraincastClientOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddGraincastClient(options =>
        {
            options.UseAdoNetClustering(connection.ConnectionString);
            configure?.Invoke(options);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new RunningClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
