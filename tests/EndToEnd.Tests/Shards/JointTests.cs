using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Labels learnt together, over all nodes.</summary>
[Collection(ClusterCollection.Name)]
public sealed class JointTests(GraincastCluster cluster)
{
    private const string Tables = """
        CREATE SCHEMA joint;
        CREATE TABLE joint.alone AS SELECT i AS id, sin(i) * 10 AS a, (i * 7919 % 1000)::float8 AS b, 3 * sin(i) + i % 5 AS up, i * 7919 % 1000 - i % 7 AS down FROM generate_series(1, 2000) i;
        CREATE TABLE joint.spread (LIKE joint.alone);
        SELECT create_distributed_table('joint.spread', 'id', shard_count => 8, colocate_with => 'none');
        INSERT INTO joint.spread SELECT * FROM joint.alone;
        """;

    [Fact]
    public async Task Over_all_nodes_labels_learnt_together_are_answered_as_if_learnt_at_one_and_where_the_rows_are()
    {
        Servers.Citus.Require();
        await cluster.ExecuteAsync(Tables);
        foreach (var (algorithm, settings) in new[] { ("linear", "{}"), ("lightgbm", """{"n_estimators": 10}""") })
        {
            foreach (var relation in new[] { "alone", "spread" })
            {
                await using var trainer = await Session.OpenAsync(cluster, node: relation == "alone" ? 0 : 1);
                await trainer.ExecuteAsync($"""
                    SELECT pgml.train_joint('{relation}_{algorithm}', 'regression', 'joint.{relation}', ARRAY['up', 'down'], '{algorithm}', exclude => ARRAY['id'], hyperparams => '{settings}')
                    """);
                (await trainer.LastRunAsync($"{relation}_{algorithm}")).ShouldBe(relation == "alone" ? "2000 1" : "2000 2");
            }

            await using var session = await Session.OpenAsync(cluster, node: 2);
            (await session.ScalarAsync<long>($"""
                SELECT count(*) FROM (
                    SELECT pgml.predict_joint('alone_{algorithm}', ARRAY[a, b]) AS one, pgml.predict_joint('spread_{algorithm}', ARRAY[a, b]) AS other FROM joint.spread) answers
                WHERE cardinality(one) = 2 AND abs(one[1] - other[1]) < 1e-4 AND abs(one[2] - other[2]) < 1e-2
                """)).ShouldBe(2000);
        }
    }
}
