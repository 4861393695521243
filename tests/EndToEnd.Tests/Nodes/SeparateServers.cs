using System.Text.Json;
using Graincast.Servers;
using Graincast.Training;
using Graincast.Wire;
using Xunit;

namespace Graincast.Nodes;

/// <summary>
/// Three Postgres servers that know nothing of each other, each with its silo; the silos are nodes of one whole. What Citus does elsewhere is done by the test: it
/// begins a run over node 0's socket and feeds it by SQL at each server.
/// </summary>
public class SeparateServers : IAsyncLifetime
{
    /// <summary>By node.</summary>
    public IReadOnlyList<GraincastServer> Servers { get; private set; } = [];

    protected virtual int Count => 3;

    public virtual async ValueTask InitializeAsync()
    {
        var first = new GraincastServer { Environment = EnvironmentOf(0) };
        Servers = [first];
        await first.InitializeAsync();
        using var config = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(first.Data, "nodes", "0", "silo.json")));
        var connection = config.RootElement.GetProperty("Graincast").GetProperty("Connection").GetString()!;
        for (var node = 1; node < Count; node++)
        {
            var server = new GraincastServer
            {
                Environment = new Dictionary<string, string>(EnvironmentOf(node)) { ["GRAINCAST__NODE"] = $"{node}", ["GRAINCAST__CLUSTERCONNECTION"] = connection },
            };
            Servers = [.. Servers, server];
            await server.InitializeAsync();
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        // The first has the others' tables.
        foreach (var server in Servers.Reverse())
        {
            await server.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Brings up what does not run.</summary>
    public async Task StartAsync()
    {
        foreach (var server in Servers)
        {
            await server.StartSiloAsync();
        }
    }

    /// <summary>Begins a run of y = 2x + 1 at node 0 and feeds as many rows at each node. The run lives as long as the connection.</summary>
    public async Task<Run> BeginAsync(string algorithm, string hyperparams, params int[] rows)
    {
        var id = Random.Shared.NextInt64(1, long.MaxValue);
        var silo = new SiloClient(Servers[0].SiloSocket);
        silo.Send(new BeginRun(new TrainingSpec
        {
            Run = (ulong)id,
            Database = "",
            Role = "postgres",
            Project = "line",
            Task = "regression",
            Algorithm = algorithm,
            Hyperparams = hyperparams,
            Sampling = "random",
            TestSize = 0.25f,
            Columns = [new ColumnSpec("x", ColumnType.Float64, false, false), new ColumnSpec("y", ColumnType.Float64, false, true)],
        }));
        silo.Receive<RunBegun>();
        var from = 0;
        foreach (var (server, count) in Servers.Zip(rows))
        {
            await using var feed = server.Superuser.CreateCommand(
                $"SELECT pgml.feed({id}, ROW(x::float8, 2 * x::float8 + 1)) FROM (SELECT i * 7919 % 1000 AS x FROM generate_series({from + 1}::bigint, {from + count}) AS i) AS rows");
            await feed.ExecuteNonQueryAsync();
            from += count;
        }
        return new Run(silo, (ulong)id, from);
    }

    /// <summary>The rows and children of trainings that a node has now.</summary>
    public IReadOnlyList<string> LeftAt(int node)
    {
        try
        {
            return
            [
                .. Processes.In(Servers[node].Columns + "/").Select(pid => $"process {pid}"),
                .. Directory.EnumerateFiles(Servers[node].Columns, "*", SearchOption.AllDirectories),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // A run's folder went while it was listed.
            return LeftAt(node);
        }
    }

    /// <summary>What a node's silo is told besides.</summary>
    protected virtual Dictionary<string, string> EnvironmentOf(int node) => [];

    /// <summary>A run that was fed.</summary>
    public sealed record Run(SiloClient Silo, ulong Id, int Rows) : IDisposable
    {
        public void Fit() => Silo.Send(new Fit(Id, Rows));

        public void Dispose() => Silo.Dispose();
    }
}
