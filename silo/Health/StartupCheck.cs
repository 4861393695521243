using Graincast.Gateway;
using Graincast.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Orleans.Runtime;

namespace Graincast.Health;

/// <summary>
/// Healthy once the silo is in its cluster and <c>graincast install</c> has brought the database of its connection string and that of Orleans' tables to
/// this release. Other databases of the server are checked at their backends' first call, by the protocol's version.
/// </summary>
public sealed class StartupCheck(ISiloStatusOracle silo, Databases databases, HealthOptions options) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (silo.CurrentStatus != SiloStatus.Active)
        {
            return HealthCheckResult.Unhealthy($"the silo has not joined its cluster: it is {silo.CurrentStatus}");
        }

        try
        {
            await using NpgsqlConnection home = await databases.OpenAsync(databases.Home, cancellationToken);
            await using var cluster = new NpgsqlConnection(options.ClusterConnection);
            await cluster.OpenAsync(cancellationToken);
            string version = await Migrations.ExtensionVersionAsync(home, cancellationToken);
            string[] missing = [.. await Migrations.MissingAsync(home, Migrations.Catalog, cancellationToken), .. await Migrations.MissingAsync(cluster, Migrations.Cluster, cancellationToken)];
            return version != Release.Version ? Unhealthy($"the extension in database \"{databases.Home}\" is {(version.Length == 0 ? "missing" : version)}, the silo {Release.Version}")
                : missing.Length > 0 ? Unhealthy($"these scripts have not run: {string.Join(", ", missing)}")
                : HealthCheckResult.Healthy($"the silo is in its cluster, the databases are at {Release.Version}");
        }
        catch (NpgsqlException exception)
        {
            return HealthCheckResult.Unhealthy($"the databases cannot be read: {(exception.InnerException ?? exception).Message}");
        }
    }

    private static HealthCheckResult Unhealthy(string reason) => HealthCheckResult.Unhealthy($"{reason}; run graincast install");
}
