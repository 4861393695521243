using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;

namespace Graincast.Health;

/// <summary>Unhealthy from SIGTERM on, and once the silo has left its cluster.</summary>
public sealed class LiveCheck(IHostApplicationLifetime lifetime, ISiloStatusOracle silo) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested || silo.CurrentStatus.IsTerminating()
            ? HealthCheckResult.Unhealthy("the silo is stopping")
            : HealthCheckResult.Healthy("the silo is not stopping"));
}
