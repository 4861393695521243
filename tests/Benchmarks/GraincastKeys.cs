using Graincast.Client;

namespace Graincast.Benchmarks;

/// <summary>The client SDK, one client for all callers, as its users have it.</summary>
public sealed class GraincastKeys : IKeyService
{
    private readonly RunningClient _client;

    private GraincastKeys(RunningClient client) => _client = client;

    public string Name => "`PredictByKeyAsync`";

    public static async Task<GraincastKeys> StartAsync(KeyedTable table) => new(await RunningClient.StartAsync(table.Connection));

    public Func<int, Task<float>> NewCaller()
    {
        var project = _client.Project(BenchmarkServer.Project);
        return async key => (await project.PredictByKeyAsync(key)).Value;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
