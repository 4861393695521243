using System.Net;
using Graincast.Projects;
using Graincast.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Graincast.Security;

/// <summary>Orleans' own client of a silo, with nothing of ours but the contracts.</summary>
public sealed class SdkClient : IAsyncDisposable
{
    private readonly IHost _host;

    private SdkClient(IHost host) => _host = host;

    public IClusterClient Orleans => _host.Services.GetRequiredService<IClusterClient>();

    public static Task<SdkClient> ConnectAsync(GraincastServer server) => ConnectAsync(server.Superuser);

    /// <summary>To one of the silos that this database knows. Other tests write members of their own, elsewhere.</summary>
    public static async Task<SdkClient> ConnectAsync(NpgsqlDataSource superuser)
    {
        await using var find = superuser.CreateCommand("SELECT deploymentid, address, proxyport FROM graincast.members WHERE status = 3 AND address = '127.0.0.1'");
        await using var reader = await find.ExecuteReaderAsync();
        await reader.ReadAsync();
        (string cluster, var gateway) = (reader.GetString(0), new IPEndPoint(IPAddress.Parse(reader.GetString(1)), reader.GetInt32(2)));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client => client
            .UseStaticClustering(gateway)
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, "graincast")));
        IHost host = builder.Build();
        await host.StartAsync();
        return new SdkClient(host);
    }

    /// <summary>The project's grain, for the bearer of a token.</summary>
    public IProjectGrain Project(string database, string project, string token)
    {
        RequestContext.Set(CallContext.Token, token);
        return Orleans.GetGrain<IProjectGrain>(new ProjectKey(database, project).ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
