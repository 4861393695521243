using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A distributed table's rows come to who asks and are scored there.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PredictTableTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Every_node_answers_for_all_rows_and_a_transaction_for_its_own_rows_by_its_own_model()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "tabled", 10, 20);
        // Joined as it is, Citus would call the function within the query on each shard.
        var all = $"""
            WITH scored AS MATERIALIZED (SELECT * FROM pgml.predict_table('tabled', '{rows.Table}', 'id'))
            SELECT concat_ws(' ', count(*), count(DISTINCT key), string_agg(DISTINCT round((prediction - a)::numeric)::text, ',')) FROM scored JOIN {rows.Table} ON id = key::bigint
            """;

        foreach (var node in cluster.Nodes)
        {
            await using var at = await rows.OpenAsync(node);
            (await at.ScalarAsync<string>(all)).ShouldBe($"{ShardedRows.Count} {ShardedRows.Count} 10", $"at node {node}");
        }

        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync($"INSERT INTO {rows.Table} VALUES ({ShardedRows.Count + 1}, 5)");
        await session.ExecuteAsync(rows.Deploy(20));
        (await session.ScalarAsync<string>(all)).ShouldBe($"{ShardedRows.Count + 1} {ShardedRows.Count + 1} 20");
        await session.ExecuteAsync("ROLLBACK");
        (await session.ScalarAsync<string>(all)).ShouldBe($"{ShardedRows.Count} {ShardedRows.Count} 10");
    }
}
