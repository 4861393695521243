using Graincast.Client;
using Graincast.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;

// Where .NET looks for extensions of IServiceCollection: no using is needed to find it.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Graincast's client.</summary>
public static class GraincastClientServiceCollectionExtensions
{
    // A silo that came back at another port is found after this.
    private static readonly TimeSpan GatewayRefreshPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a <see cref="GraincastClient"/> as a singleton, and the Orleans client that it calls through, which starts and stops with the host. One container has one
    /// client.
    /// </summary>
    public static IServiceCollection AddGraincastClient(this IServiceCollection services, Action<GraincastClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<GraincastClientOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GraincastClientOptions>, GraincastClientOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ClientTokens>();
        services.TryAddSingleton<ClientCalls>();
        services.TryAddSingleton(provider => new GraincastClient(provider.GetRequiredService<ClientCalls>()));
        if (services.Any(service => service.ServiceType == typeof(GatewayWatch)))
        {
            return services;
        }

        services.AddSingleton<GatewayWatch>();
        services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<GatewayWatch>());
        services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>>(provider => provider.GetRequiredService<GatewayWatch>());
        services.AddSingleton<IClientConnectionRetryFilter, ConnectionRetry>();
        return services.AddOrleansClient(Configure);
    }

    private static void Configure(IClientBuilder orleans)
    {
        IServiceCollection services = orleans.Services;
        services.AddSingleton<IGatewayListProvider, GatewayList>();
        Set<ClusterOptions>((cluster, options) => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
        Set<GatewayOptions>((gateways, _) => gateways.GatewayListRefreshPeriod = GatewayRefreshPeriod);
        Set<StaticGatewayListProviderOptions>((gateways, options) => gateways.Gateways = [.. options.Gateways.Select(gateway => gateway.ToGatewayUri())]);
        Set<AdoNetClusteringClientOptions>((ado, options) => (ado.Invariant, ado.ConnectionString) = ("Npgsql", GatewayList.WithSearchPath(options.ConnectionString)));
        Set<ClientMessagingOptions>((messaging, options) =>
        {
            messaging.ResponseTimeout = options.ResponseTimeout;
            // What nobody waits for any more, the silo need not compute.
            messaging.CancelRequestOnTimeout = true;
        });
        orleans.AddActivityPropagation();
        orleans.UseTls(provider => provider.GetRequiredService<IOptions<GraincastClientOptions>>().Value.TlsDirectory);

        void Set<T>(Action<T, GraincastClientOptions> set)
            where T : class => services.AddOptions<T>().Configure<IOptions<GraincastClientOptions>>((options, graincast) => set(options, graincast.Value));
    }
}
