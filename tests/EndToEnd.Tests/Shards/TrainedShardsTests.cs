using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A model trained on all shards answers on all of them in the same transaction, also where it was not trained.</summary>
[Collection(ClusterCollection.Name)]
public sealed class TrainedShardsTests(GraincastCluster cluster)
{
    /// <summary>Rows of one table lie at node 1 only, those of the other at all workers.</summary>
    private const string Tables = """
        CREATE SCHEMA trained;
        CREATE TABLE trained.rows (id bigint PRIMARY KEY, a float8, y float8);
        CREATE TABLE trained.lonely (id bigint PRIMARY KEY, a float8, y float8);
        SELECT create_distributed_table('trained.rows', 'id', shard_count => 8, colocate_with => 'none');
        SELECT create_distributed_table('trained.lonely', 'id', shard_count => 1, colocate_with => 'none');
        INSERT INTO trained.rows SELECT i, i % 50, i % 50 + 10 FROM generate_series(1, 2000) AS i;
        INSERT INTO trained.lonely SELECT i, i % 50, i % 50 + 70 FROM generate_series(1, 2000) AS i;
        CREATE VIEW trained.plus_10 AS SELECT a, y FROM trained.rows;
        CREATE VIEW trained.plus_20 AS SELECT a, y + 10 AS y FROM trained.rows;
        CREATE VIEW trained.plus_70 AS SELECT a, y FROM trained.lonely;
        """;

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task A_transaction_trains_and_predicts_over_all_shards_until_its_rollback_or_commit(int node)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        var project = $"trained_{node}";
        await using var session = await Session.OpenAsync(cluster, node: node);
        await session.ExecuteAsync(Train(project, "plus_10"));
        (await AddedAsync(session, project)).ShouldBe("2000 10.00");

        foreach (var end in new[] { "ROLLBACK", "COMMIT" })
        {
            await session.ExecuteAsync("BEGIN");
            (await AddedAsync(session, project)).ShouldBe("2000 10.00");
            await session.ExecuteAsync(Train(project, "plus_20"));
            (await session.LastRunAsync(project)).ShouldBe("2000 2");
            await session.ExecuteAsync($"SELECT * FROM pgml.deploy('{project}', 'most_recent')");
            (await AddedAsync(session, project)).ShouldBe("2000 20.00");
            await using (var other = await Session.OpenAsync(cluster, node: (node + 1) % 3))
            {
                (await AddedAsync(other, project)).ShouldBe("2000 10.00", "nobody else has it");
            }
            await session.ExecuteAsync(end);
            var expected = end == "COMMIT" ? "2000 20.00" : "2000 10.00";
            foreach (var at in cluster.Nodes)
            {
                await using var fresh = await Session.OpenAsync(cluster, node: at);
                (await AddedAsync(fresh, project)).ShouldBe(expected, $"at node {at}");
            }
            (await AddedAsync(session, project)).ShouldBe(expected);
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task Nodes_that_did_not_train_predict_their_rows_in_the_transaction_that_trained(int node)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        var project = $"trained_lonely_{node}";
        await using var session = await Session.OpenAsync(cluster, node: node);

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(Train(project, "plus_70"));
        (await session.LastRunAsync(project)).ShouldBe("2000 1");
        (await AddedAsync(session, project)).ShouldBe("2000 70.00");
        (await session.ScalarAsync<float>($"SELECT pgml.predict('{project}', ARRAY[1]::real[])")).ShouldBe(71, 0.01);
        await session.ExecuteAsync("ROLLBACK");

        (await session.FailAsync($"SELECT pgml.predict('{project}', ARRAY[1]::real[])")).SqlState.ShouldBe(SqlState.UndefinedObject);
        (await session.FailAsync(Added(project))).SqlState.ShouldBe(SqlState.UndefinedObject);
    }

    private static string Train(string project, string view) => $"SELECT * FROM pgml.train('{project}', 'regression', 'trained.{view}', 'y')";

    /// <summary>Rows, and what the models that answered for them add.</summary>
    private static string Added(string project) =>
        $"SELECT concat(count(*), ' ', string_agg(DISTINCT round((p - a)::numeric, 2)::text, ',')) FROM (SELECT a, pgml.predict('{project}', ARRAY[a]::real[]) AS p FROM trained.rows OFFSET 0) AS answers";

    private static Task<string> AddedAsync(Session session, string project) => session.ScalarAsync<string>(Added(project));

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('trained.plus_70') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Tables);
        }
    }
}
