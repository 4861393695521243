using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Contributions are told on the node that holds the row.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExplainTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Shards_tell_contributions_that_sum_to_their_predictions()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "told", 10);
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE told.lines AS SELECT a::float8, 3 * a + 1::float8 AS y FROM generate_series(0, 99) a");
        await session.ScalarAsync<object>("SELECT create_reference_table('told.lines')");
        await session.ExecuteAsync("SELECT pgml.train('told', 'regression', 'told.lines', 'y', test_size => 0)");

        foreach (var node in cluster.Nodes)
        {
            await using var at = await rows.OpenAsync(node);
            (await at.ScalarAsync<string>("""
                SELECT concat_ws(' ', count(*), max(abs(e.base_value - 149.5)) < 1e-6, max(abs(e.base_value + e.contributions[1] - pgml.predict('told', ARRAY[a]))) < 1e-3, min(e.features::text))
                FROM told.rows, LATERAL pgml.explain('told', ARRAY[a]) e
                """)).ShouldBe("2000 t t {a}");
        }
    }
}
