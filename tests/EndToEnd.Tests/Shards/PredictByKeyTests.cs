using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A key is answered from every node, wherever its row is.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PredictByKeyTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Every_key_is_answered_from_every_node()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("keys");
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            (await session.ScalarAsync<long>(KeyedShards.RightAnswers("keys"))).ShouldBe(KeyedShards.Count, $"from node {node}");
        }
        await using var pushed = await Session.OpenAsync(cluster);
        (await pushed.ScalarAsync<long>("SELECT count(*) FROM keys.rows WHERE abs(pgml.predict_by_key('keys', id) - y) < 0.01")).ShouldBe(KeyedShards.Count, "asked on the workers");
        await pushed.FailAsync("SELECT pgml.predict_by_key('keys', 0)");
        (await pushed.FailAsync("SELECT pgml.predict_by_key('keys', 'x')")).SqlState.ShouldBe("22P02");
    }

    [Fact(Explicit = true)]
    public async Task Answers_stay_right_while_shards_move()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("moved_keys");
        await using var first = await Session.OpenAsync(cluster, node: 1);
        await using var second = await Session.OpenAsync(cluster, node: 2);
        (await first.ScalarAsync<long>(KeyedShards.RightAnswers("moved_keys"))).ShouldBe(KeyedShards.Count);

        for (var key = 1; key <= 4; key++)
        {
            var asked = Task.WhenAll(first.ScalarAsync<long>(KeyedShards.RightAnswers("moved_keys")), second.ScalarAsync<long>(KeyedShards.RightAnswers("moved_keys")));
            await cluster.MoveAsync("moved_keys", key);
            await cluster.ExecuteAsync("CALL citus_cleanup_orphaned_resources()");
            (await asked).ShouldAllBe(count => count == KeyedShards.Count);
        }
    }

    [Fact]
    public async Task A_deployment_is_followed_at_every_node_by_the_next_statement()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("deployed_keys");
        await cluster.ExecuteAsync("CREATE VIEW deployed_keys.twice AS SELECT a, 2 * a AS y FROM deployed_keys.rows");
        await using var session = await Session.OpenAsync(cluster);
        await session.ExecuteAsync("SELECT * FROM pgml.train('deployed_keys', NULL, 'deployed_keys.twice', 'y', automatic_deploy => false)");
        var sessions = await Task.WhenAll(cluster.Nodes.Select(node => Session.OpenAsync(cluster, node: node)));

        foreach (var (strategy, answer) in Enumerable.Repeat(new[] { ("most_recent", 14), ("rollback", 17) }, 10).SelectMany(pair => pair))
        {
            await session.ExecuteAsync($"SELECT pgml.deploy('deployed_keys', '{strategy}')");
            foreach (var asking in sessions)
            {
                (await asking.ScalarAsync<float>("SELECT pgml.predict_by_key('deployed_keys', 7)")).ShouldBe(answer, 0.01);
            }
        }
        foreach (var asking in sessions)
        {
            await asking.DisposeAsync();
        }
    }

    [Fact]
    public async Task Reference_tables_and_the_coordinators_own_are_read_too()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("other_keys");
        await cluster.ExecuteAsync("CREATE TABLE other_keys.here (id bigint PRIMARY KEY, a float8); CREATE TABLE other_keys.everywhere (id bigint PRIMARY KEY, a float8)");
        await cluster.ScalarAsync<object>("SELECT create_reference_table('other_keys.everywhere')");
        await cluster.ExecuteAsync("INSERT INTO other_keys.here VALUES (7, 1); INSERT INTO other_keys.everywhere VALUES (7, 2); GRANT SELECT ON ALL TABLES IN SCHEMA other_keys TO graincast");
        foreach (var (table, answer, from) in new[] { ("here", 11, 0), ("everywhere", 12, 1) })
        {
            await using var session = await Session.OpenAsync(cluster, node: from);
            await session.ExecuteAsync("SELECT pgml.drop_feature_source('other_keys')");
            await session.ExecuteAsync($"SELECT pgml.create_feature_source('other_keys', 'other_keys.{table}')");
            foreach (var node in cluster.Nodes)
            {
                await using var asking = await Session.OpenAsync(cluster, node: node);
                (await asking.ScalarAsync<float>("SELECT pgml.predict_by_key('other_keys', 7)")).ShouldBe(answer, 0.01, $"{table} from node {node}");
            }
        }
    }
}
