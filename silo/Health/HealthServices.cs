using Graincast.Storage;
using Npgsql;

namespace Graincast.Health;

/// <summary>What is checked for which probe.</summary>
public static class HealthServices
{
    private const string Startup = "startup";
    private const string Live = "live";
    private const string Ready = "ready";

    // A probe waits no longer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The last parts of the addresses, which are the checks' tags.</summary>
    public static IReadOnlyList<string> Probes { get; } = [Startup, Live, Ready];

    /// <summary>Adds the checks and their server. Before all other hosted services: who starts first stops last.</summary>
    public static IServiceCollection AddGraincastHealth(this IServiceCollection services, HealthOptions options)
    {
        services.AddSingleton(options);
        services.AddHealthChecks()
            .AddCheck<StartupCheck>("startup", tags: [Startup], timeout: Timeout)
            .AddCheck<LiveCheck>("silo", tags: [Live, Ready], timeout: Timeout)
            .AddCheck<GatewayCheck>("gateway", tags: [Ready], timeout: Timeout)
            .AddNpgSql(Home, name: "postgres", tags: [Ready], timeout: Timeout);
        return services.AddHostedService<HealthServer>();
    }

    private static NpgsqlDataSource Home(IServiceProvider provider)
    {
        var databases = provider.GetRequiredService<Databases>();
        return databases[databases.Home];
    }
}
