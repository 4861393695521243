using System.Collections.Concurrent;
using Graincast.Models;

namespace Graincast.Storage;

/// <inheritdoc cref="IDeployments"/>
public sealed class Deployments(Databases databases, TimeProvider time, ILogger<Deployments> logger) : IDeployments, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<DeploymentWatch>> _watches = new();

    /// <inheritdoc/>
    public ValueTask<ProjectState?> FindAsync(string database, string project, long since, CancellationToken cancellationToken) =>
        Watch(database).FindAsync(project, since, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProjectState?> FindNowAsync(string database, string project, CancellationToken cancellationToken) => Watch(database).FindNowAsync(project, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<DeploymentWatch> watch in _watches.Values.Where(watch => watch.IsValueCreated))
        {
            await watch.Value.DisposeAsync();
        }
    }

    private DeploymentWatch Watch(string database)
    {
        if (_watches.TryGetValue(database, out Lazy<DeploymentWatch>? known) && known.Value.HasEnded)
        {
            _watches.TryRemove(new KeyValuePair<string, Lazy<DeploymentWatch>>(database, known));
        }

        return _watches.GetOrAdd(database, name => new Lazy<DeploymentWatch>(() => new DeploymentWatch(databases, name, time, logger))).Value;
    }
}
