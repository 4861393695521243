using System.Collections.Concurrent;

namespace Graincast.Supervision;

/// <summary>The runs whose supervisors live in this silo: those that its own backends began.</summary>
public sealed class RunRegistry
{
    private readonly ConcurrentDictionary<string, bool> _runs = new();

    /// <summary>Keys of their supervisors.</summary>
    public IReadOnlyCollection<string> Runs => [.. _runs.Keys];

    internal void Add(string run) => _runs[run] = true;

    internal void Remove(string run) => _runs.TryRemove(run, out _);
}
