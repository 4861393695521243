using System.Collections.Concurrent;
using Graincast.Telemetry;

namespace Graincast.Supervision;

/// <summary>The runs whose supervisors live in this silo: those that its own backends began.</summary>
public sealed class RunRegistry
{
    private readonly ConcurrentDictionary<string, bool> _runs = new();

    /// <summary>Keys of their supervisors.</summary>
    public IReadOnlyCollection<string> Runs => [.. _runs.Keys];

    internal void Add(string run)
    {
        if (_runs.TryAdd(run, true))
        {
            GraincastMeter.ActiveTrainings.Add(1);
        }
    }

    internal void Remove(string run)
    {
        if (_runs.TryRemove(run, out _))
        {
            GraincastMeter.ActiveTrainings.Add(-1);
        }
    }
}
