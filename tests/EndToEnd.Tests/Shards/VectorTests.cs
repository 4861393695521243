using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Aggregates of vectors are taken on the workers, and their states are combined on the coordinator.</summary>
[Collection(ClusterCollection.Name)]
public sealed class VectorTests(GraincastCluster cluster)
{
    [Theory]
    [InlineData("real", "sum", "sum(x::float8)")]
    [InlineData("real", "max_abs", "max(abs(x))")]
    [InlineData("float8", "sum", "sum(x)")]
    [InlineData("float8", "min", "min(x)")]
    public async Task An_aggregate_over_shards_is_the_aggregate_of_all_rows(string type, string aggregate, string oracle)
    {
        Servers.Citus.Require();
        await using var session = await Session.OpenAsync(cluster);
        var table = $"vectors_{type}_{aggregate}";
        await session.ExecuteAsync($"CREATE TABLE {table} (id int, g int, v {type}[])");
        await session.ScalarAsync<object>($"SELECT create_distributed_table('{table}', 'id', shard_count => 8, colocate_with => 'none')");
        await session.ExecuteAsync($"INSERT INTO {table} SELECT i, i % 3, CASE WHEN i % 7 > 0 THEN ARRAY[i / 8.0, -i, i % 5] END FROM generate_series(1, 500) i");
        // Citus runs the steps at the workers as who asks, an ordinary role.
        await using var source = await cluster.ConnectAsAsync("vector_reader");
        await session.ExecuteAsync($"GRANT SELECT ON {table} TO vector_reader");
        await using var reader = await Session.OpenAsync(cluster, "vector_reader");
        var grouped = $"SELECT g, pgml.{aggregate}(v) AS answer FROM {table} GROUP BY g";

        var answers = await reader.LinesAsync($"SELECT concat(g, answer) FROM ({grouped}) a ORDER BY 1");
        var expected = await session.LinesAsync($"""
            WITH rows AS MATERIALIZED (SELECT * FROM {table}),
                elements AS (SELECT g, n, ({oracle})::{type} AS answer FROM rows, unnest(v) WITH ORDINALITY AS u(x, n) GROUP BY g, n)
            SELECT concat(g, array_agg(answer ORDER BY n)) FROM elements GROUP BY g ORDER BY 1
            """);

        answers.Split('\n').Length.ShouldBe(3);
        answers.ShouldBe(expected);
        (await session.LinesAsync($"EXPLAIN (VERBOSE) {grouped}")).ShouldContain("worker_partial_agg");
    }
}
