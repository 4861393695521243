using System.Collections.Concurrent;
using Graincast.Models;

namespace Graincast.Storage;

/// <inheritdoc cref="IDeployments"/>
public sealed class Deployments(Databases databases, TimeProvider time, ILogger<Deployments> logger) : IDeployments, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<DeploymentWatch>> _watches = new();

    /// <inheritdoc/>
    public ValueTask<ProjectState?> FindAsync(string database, string project, long since, CancellationToken cancellationToken) =>
        _watches.GetOrAdd(database, name => new Lazy<DeploymentWatch>(() => new DeploymentWatch(databases, name, time, logger))).Value
            .FindAsync(project, since, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<DeploymentWatch> watch in _watches.Values.Where(watch => watch.IsValueCreated))
        {
            await watch.Value.DisposeAsync();
        }
    }
}
