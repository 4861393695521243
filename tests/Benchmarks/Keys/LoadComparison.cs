using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>Several services under the same load, by turns.</summary>
internal sealed class LoadComparison
{
    private const int KeyCount = 100_000;
    private const int ComparedKeys = 200;
    private const double Tolerance = 0.3;
    private readonly IReadOnlyList<IKeyService> _services;
    private readonly Func<int, Task<float>>[][] _callers;
    private readonly int[] _keys;
    private readonly Scale _scale;

    private LoadComparison(IReadOnlyList<IKeyService> services, int callers, Flights flights, Scale scale)
    {
        _services = services;
        _callers = [.. services.Select(service => Enumerable.Range(0, callers).Select(_ => service.NewCaller()).ToArray())];
        _keys = flights.Keys(KeyCount);
        _scale = scale;
    }

    /// <summary>Compares what the services answer, and warms them up.</summary>
    public static async Task<LoadComparison> StartAsync(IReadOnlyList<IKeyService> services, int callers, Flights flights, Scale scale)
    {
        var comparison = new LoadComparison(services, callers, flights, scale);
        foreach (var asked in comparison._callers)
        {
            await comparison.MustAgreeAsync(comparison._callers[0][0], asked[0]);
            // A silo under load is compiled to its end in about as long.
            await Load.RunAsync(asked, comparison._keys, scale.LoadDuration * 5);
        }
        return comparison;
    }

    /// <summary>What so many callers at once see, a service after the other.</summary>
    public async Task<Loads[]> RunAsync(int callers)
    {
        var loads = _services.Select(service => new Loads(service.Name, new(), new(), new())).ToArray();
        for (var round = 0; round < _scale.Rounds; round++)
        {
            for (var i = 0; i < loads.Length; i++)
            {
                var load = await Load.RunAsync(_callers[i][..callers], _keys, _scale.LoadDuration);
                loads[i].P50Us.Add(load.P50Us);
                loads[i].P99Us.Add(load.P99Us);
                loads[i].CallsPerSecond.Add(load.CallsPerSecond);
            }
        }
        return loads;
    }

    // The models are different programs' from the same rows: what answers far from another has read another row.
    private async Task MustAgreeAsync(Func<int, Task<float>> ours, Func<int, Task<float>> theirs)
    {
        foreach (var key in _keys[..ComparedKeys])
        {
            var (expected, actual) = (await ours(key), await theirs(key));
            if (Math.Abs(expected - actual) > Tolerance)
            {
                throw new InvalidOperationException($"For key {key} Graincast answers {expected}, the baseline {actual}.");
            }
        }
    }

    /// <summary>A service's load over the rounds.</summary>
    public sealed record Loads(string Name, Measurement P50Us, Measurement P99Us, Measurement CallsPerSecond);
}
