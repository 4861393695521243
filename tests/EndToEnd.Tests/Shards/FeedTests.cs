using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Every row of a training is fed once, by the node that has it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class FeedTests(GraincastCluster cluster)
{
    private const string Prepare = """
        CREATE SCHEMA fed;
        CREATE TABLE fed.rows (id bigint PRIMARY KEY, a float8, y float8);
        CREATE TABLE fed.parts (id bigint, part int, y float8) PARTITION BY LIST (part);
        CREATE TABLE fed.part_0 PARTITION OF fed.parts FOR VALUES IN (0);
        CREATE TABLE fed.part_1 PARTITION OF fed.parts FOR VALUES IN (1);
        CREATE TABLE fed.lookup (a float8 PRIMARY KEY, b float8);
        CREATE TABLE fed.lonely AS SELECT a::float8, a::float8 AS y FROM generate_series(1, 300) a;
        """;

    private const string Fill = """
        INSERT INTO fed.rows SELECT i, i % 50, i % 50 + i % 7 FROM generate_series(1, 2000) i;
        INSERT INTO fed.parts SELECT i, i % 2, i % 10 FROM generate_series(1, 500) i;
        INSERT INTO fed.lookup SELECT a, a * a FROM generate_series(0, 49) a;
        CREATE VIEW fed.some AS SELECT a, y FROM fed.rows WHERE a < 10;
        CREATE VIEW fed.joined AS SELECT r.a, l.b, r.y FROM fed.rows r JOIN fed.lookup l USING (a) WHERE l.b >= 100;
        CREATE VIEW fed.limited AS SELECT a, y FROM fed.rows LIMIT 400;
        """;

    [Theory]
    [InlineData("fed.rows", 2000, 2)]
    [InlineData("fed.parts", 500, 2)]
    [InlineData("fed.some", 400, 2)]
    [InlineData("fed.joined", 1600, 2)]
    [InlineData("fed.limited", 400, 1)]
    [InlineData("fed.lookup", 50, 1)]
    [InlineData("fed.lonely", 300, 1)]
    public async Task A_relation_is_fed_once_by_the_nodes_that_have_its_rows(string relation, long rows, int nodes)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        // What is local to the coordinator is not there for a worker.
        foreach (var node in relation == "fed.lonely" ? [0] : new[] { 0, 1 })
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            await session.ExecuteAsync(Train(relation));
            (await session.ScalarAsync<string>(LastRun)).ShouldBe($"{rows} {nodes}", $"from node {node}");
        }
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task Rows_of_the_open_transaction_are_fed_with_the_others(int node)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var session = await Session.OpenAsync(cluster, node: node);

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("INSERT INTO fed.rows SELECT -i, i, i FROM generate_series(1, 40) i");
        await session.ExecuteAsync(Train("fed.rows"));
        (await session.ScalarAsync<string>(LastRun)).ShouldBe("2040 2");
        await session.ExecuteAsync("DELETE FROM fed.rows WHERE id < 0");
        await session.ExecuteAsync(Train("fed.rows"));
        (await session.ScalarAsync<string>(LastRun)).ShouldBe("2000 2");
        await session.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task A_coordinator_that_holds_shards_feeds_and_predicts_them_too()
    {
        Servers.Citus.Require();
        await CoordinatorHoldsShardsAsync(true);
        try
        {
            var rows = await ShardedRows.CreateAsync(cluster, "everywhere", 10);
            await cluster.ExecuteAsync("CREATE VIEW everywhere.lines AS SELECT a, a + 70 AS y FROM everywhere.rows; GRANT SELECT ON everywhere.lines TO everywhere");
            foreach (var node in cluster.Nodes)
            {
                await using var session = await rows.OpenAsync(node);
                await session.ExecuteAsync("BEGIN");
                (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
                await session.ExecuteAsync("SELECT * FROM pgml.train('everywhere', 'regression', 'everywhere.lines', 'y')");
                await session.ExecuteAsync("SELECT * FROM pgml.deploy('everywhere', 'most_recent')");
                (await session.ScalarAsync<string>(LastRun)).ShouldBe($"{ShardedRows.Count} 3", $"from node {node}");
                (await session.ScalarAsync<string>(rows.Added)).ShouldBe("70");
                (await session.ScalarAsync<string>(rows.AddedByShard)).Split(',').Select(answer => answer.Split(' ')[0]).Distinct().Count().ShouldBe(3);
                await session.ExecuteAsync("ROLLBACK");
            }
        }
        finally
        {
            await CoordinatorHoldsShardsAsync(false);
        }
    }

    [Fact]
    public async Task A_workers_silo_that_stops_taking_rows_ends_the_training_by_the_name_of_its_node()
    {
        Servers.Citus.Require();
        const int frozen = 2;
        var rows = await ShardedRows.CreateAsync(cluster, "frozen", 10);
        await cluster.ExecuteAsync("CREATE VIEW frozen.endless AS SELECT a, s::float8 AS y FROM frozen.rows, generate_series(1, 10000000) s; GRANT SELECT ON frozen.endless TO frozen");
        await cluster.ExecuteAsync("ALTER ROLE frozen SET graincast.timeout_ms = 3000");
        await using var session = await rows.OpenAsync();
        var failure = session.FailAsync("SELECT * FROM pgml.train('frozen_too', 'regression', 'frozen.endless', 'y')");
        await Wait.UntilAsync("node 2 is fed", () => Directory.EnumerateFiles(cluster.Columns(frozen), "*", SearchOption.AllDirectories).Any());

        cluster.StopSilo(frozen);
        var error = await failure;
        cluster.ContinueSilo(frozen);

        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.MessageText.ShouldBe("the Graincast silo of node 2 did not take what was sent to it within 3000 ms");
        error.Hint.ShouldNotBeNull().ShouldContain("graincast.timeout_ms");
        await session.MustLiveOnAsync();
    }

    private const string LastRun = "SELECT concat(rows, ' ', nodes) FROM pgml.runs ORDER BY started_at DESC LIMIT 1";

    private static string Train(string relation) => $"SELECT * FROM pgml.train('{relation}', 'regression', '{relation}', '{(relation == "fed.lookup" ? "b" : "y")}')";

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('fed.limited') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Prepare);
            await cluster.ScalarAsync<object>("SELECT create_distributed_table('fed.rows', 'id')");
            await cluster.ScalarAsync<object>("SELECT create_distributed_table('fed.parts', 'id')");
            await cluster.ScalarAsync<object>("SELECT create_reference_table('fed.lookup')");
            await cluster.ExecuteAsync(Fill);
        }
    }

    private Task CoordinatorHoldsShardsAsync(bool does) =>
        cluster.ExecuteAsync($"SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', {does}) FROM pg_dist_node WHERE groupid = 0");
}
