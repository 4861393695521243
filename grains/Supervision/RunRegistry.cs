using System.Collections.Concurrent;
using Graincast.Telemetry;

namespace Graincast.Supervision;

/// <summary>The runs whose supervisors live in this silo: those that its own backends began.</summary>
public sealed class RunRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _runs = new();
    private readonly ConcurrentDictionary<string, Task> _background = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Keys of their supervisors.</summary>
    public IReadOnlyCollection<string> Runs => [.. _runs.Keys];

    /// <summary>That the silo stops, which ends runs that nobody waits for.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Ends the runs that nobody waits for, those that start later too. Returns when what came of those that are here is in the catalog.</summary>
    public async Task EndBackgroundAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_background.Values);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    internal void Add(string run)
    {
        if (_runs.TryAdd(run, true))
        {
            GraincastMeter.ActiveTrainings.Add(1);
        }
    }

    /// <summary><paramref name="published"/> ends, and never fails, when what came of the run is in the catalog.</summary>
    internal void AddBackground(string run, Task published)
    {
        _background.TryAdd(run, published);
        _ = published.ContinueWith(_ => _background.TryRemove(run, out Task? _), TaskScheduler.Default);
    }

    internal void Remove(string run)
    {
        if (_runs.TryRemove(run, out _))
        {
            GraincastMeter.ActiveTrainings.Add(-1);
        }
    }
}
