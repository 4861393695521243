using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Training;

/// <summary>What it costs that rows stay at their nodes: CPU time of silos and workers, on one machine.</summary>
internal static class NodesBenchmark
{
    private const string Trees = """{"n_estimators": 50, "num_leaves": 31}""";

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var rows = session.Scale.Rows / 2;
        await using var cluster = await BenchmarkCluster.TryStartAsync(rows, session.Report);
        if (cluster is null)
        {
            return [];
        }
        await using var connection = await cluster.ConnectAsync();
        return [.. await CompareAsync("linear", "{}"), .. await CompareAsync("lightgbm", Trees)];

        async Task<IEnumerable<Question>> CompareAsync(string algorithm, string settings)
        {
            var measured = await Measurement.InterleaveAsync(session.Scale.Rounds, [.. BenchmarkCluster.NodeCounts.Select<int, Func<Task<double>>>(nodes => () => CpuSecondsAsync(nodes))]);
            return BenchmarkCluster.NodeCounts.Index().Skip(1).Select(nodes => new Question(
                $"What CPU time does `{algorithm}` take on {rows:#,0} rows over {nodes.Item} nodes?", "s", ($"{nodes.Item} nodes", measured[nodes.Index]), ("1 node", measured[0])));

            async Task<double> CpuSecondsAsync(int nodes)
            {
                var before = cluster.CpuSeconds();
                await connection.ScalarAsync($"SELECT * FROM pgml.train('nodes_{algorithm}', 'regression', 'train_{nodes}', 'y', '{algorithm}', '{settings}')");
                return cluster.CpuSeconds() - before;
            }
        }
    }
}
