using Graincast.Benchmarks.Servers;
using Graincast.Client;

namespace Graincast.Benchmarks.Keys;

/// <summary>The client SDK, one client for all callers, as its users have it.</summary>
internal sealed class GraincastKeys : IKeyService
{
    private readonly RunningClient _client;

    private GraincastKeys(RunningClient client) => _client = client;

    public string Name => "`PredictByKeyAsync`";

    public static async Task<GraincastKeys> StartAsync(Flights flights) => new(await RunningClient.StartAsync(flights.Connection));

    public Func<int, Task<float>> NewCaller()
    {
        var project = _client.Project(Flights.Project);
        return async key => (await project.PredictByKeyAsync(key)).Value;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
