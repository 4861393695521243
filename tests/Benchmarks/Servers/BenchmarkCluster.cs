using Graincast.Benchmarks.Reporting;
using Graincast.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Servers;

/// <summary>A private Citus cluster of four workers, each with its silo, and the same table on one, two and four of them.</summary>
internal sealed class BenchmarkCluster : IAsyncDisposable
{
    private const int Workers = 4;
    private readonly TestDirectory _directory = new();

    private BenchmarkCluster()
    {
    }

    public static IReadOnlyList<int> NodeCounts { get; } = [1, 2, 4];

    /// <summary>Null where Citus is missing.</summary>
    public static async Task<BenchmarkCluster?> TryStartAsync(int rows, Report report)
    {
        var cluster = new BenchmarkCluster();
        var up = await Cli.GraincastAsync("up", "--data", cluster._directory.Data, "--workers", $"{Workers}");
        if (up.ExitCode != 0)
        {
            report.Note($"Not measured: several nodes. {up.Error.ReplaceLineEndings(" ").Trim()}");
            await cluster.DisposeAsync();
            return null;
        }
        await using var connection = await cluster.ConnectAsync();
        await connection.RunAsync("SELECT setseed(0.42)");
        await connection.RunAsync($"CREATE TABLE rows AS {BenchmarkServer.NewRows(rows)}");
        foreach (var nodes in NodeCounts)
        {
            await connection.RunAsync($"SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', groupid BETWEEN 1 AND {nodes}) FROM pg_dist_node");
            await connection.RunAsync($"CREATE TABLE on_{nodes} (LIKE rows)");
            await connection.RunAsync($"SELECT create_distributed_table('on_{nodes}', 'id', shard_count => 8, colocate_with => 'none')");
            await connection.RunAsync($"INSERT INTO on_{nodes} SELECT * FROM rows");
            await connection.RunAsync($"CREATE VIEW train_{nodes} AS SELECT {BenchmarkServer.Columns(", ")}, y FROM on_{nodes}");
        }
        return cluster;
    }

    /// <summary>A backend of the coordinator.</summary>
    public Task<NpgsqlConnection> ConnectAsync() => Sql.ConnectAsync(_directory.Data);

    /// <summary>CPU time so far of all silos and of the workers that they waited for.</summary>
    public double CpuSeconds() => Enumerable.Range(0, Workers + 1).Sum(node => NodeProcesses.CpuSeconds(NodeProcesses.SiloPid(_directory.Data, node)));

    public ValueTask DisposeAsync() => _directory.DisposeAsync();
}
