using System.Collections.Concurrent;

namespace Graincast.Client;

/// <summary>Graincast's projects, called through its silos. A singleton that any number of threads use at once.</summary>
public sealed class GraincastClient
{
    private readonly ConcurrentDictionary<string, long> _newest = new(StringComparer.Ordinal);

    internal GraincastClient(ClientCalls calls) => Calls = calls;

    internal ClientCalls Calls { get; }

    /// <summary>The project of this name. Costs nothing and calls nobody: whether there is one, the first call says.</summary>
    public GraincastProject Project(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new GraincastProject(this, name);
    }

    /// <summary>The newest deployment of a project that any call was answered by, 0 = none.</summary>
    internal long Newest(string project) => _newest.GetValueOrDefault(project);

    internal void Forget(string project) => _newest.TryRemove(project, out _);

    internal void Answered(string project, long deployment)
    {
        // Nearly always no news: look before a write.
        if (Newest(project) < deployment)
        {
            _newest.AddOrUpdate(project, deployment, (_, known) => Math.Max(known, deployment));
        }
    }
}
