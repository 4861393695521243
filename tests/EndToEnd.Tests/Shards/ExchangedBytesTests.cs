using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>What nodes send each other grows with columns, trees and bins, and not with rows.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExchangedBytesTests(GraincastCluster cluster, ITestOutputHelper output)
{
    private const double Limit = 1.2;

    [Fact]
    public Task Ten_times_the_rows_of_a_linear_regression_are_less_than_a_fifth_more_bytes_between_nodes() => CompareAsync("linear", "{}", 30_000);

    /// <summary>Above the 200 000 rows of which bins are made.</summary>
    [Fact(Explicit = true)]
    public Task Ten_times_the_rows_of_lightgbm_are_less_than_a_fifth_more_bytes_between_nodes() => CompareAsync("lightgbm", """{"n_estimators": 10}""", 300_000);

    private async Task CompareAsync(string algorithm, string hyperparams, long rows)
    {
        Servers.Citus.Require();
        var schema = $"bytes_{algorithm}";
        await cluster.ExecuteAsync($"CREATE SCHEMA {schema}");
        await using var session = await Session.OpenAsync(cluster);
        List<long> bytes = [];
        foreach (var count in new[] { rows, 10 * rows })
        {
            var relation = $"{schema}.rows_{count}";
            await cluster.ExecuteAsync($"""
                CREATE TABLE {relation} (a real, b real, c real, d real, y real);
                SELECT create_distributed_table('{relation}', 'a', shard_count => 8, colocate_with => 'none');
                INSERT INTO {relation} SELECT sin(i), cos(i), i % 1000, sin(i / 100.0), sin(i) + i % 7 FROM generate_series(1, {count}) AS i
                """);
            await session.ExecuteAsync($"SELECT * FROM pgml.train('{schema}', 'regression', '{relation}', 'y', '{algorithm}', '{hyperparams}')");
            (await session.LastRunAsync(schema)).ShouldBe($"{count} 2");
            // Not by id: each node counts its own.
            bytes.Add(await session.ScalarAsync<long>(
                $"SELECT (metrics->>'exchanged_bytes')::bigint FROM pgml.models JOIN pgml.projects ON projects.id = project_id WHERE name = '{schema}' ORDER BY models.created_at DESC LIMIT 1"));
            await cluster.ExecuteAsync($"DROP TABLE {relation}");
        }

        output.WriteLine($"{algorithm}: {rows} rows {bytes[0]} bytes, {10 * rows} rows {bytes[1]} bytes, {(double)bytes[1] / bytes[0]:F3} times");
        bytes[0].ShouldBeGreaterThan(0);
        ((double)bytes[1]).ShouldBeLessThan(Limit * bytes[0]);
    }
}
