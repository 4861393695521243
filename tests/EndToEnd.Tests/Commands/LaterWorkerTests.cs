using Graincast.Servers;
using Graincast.Shards;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>A cluster that has trained gets one more worker.</summary>
public sealed class LaterWorkerTests(GraincastCluster cluster) : IClassFixture<GraincastCluster>
{
    private const int Added = 3;
    private const int Rows = 3000;

    [Fact]
    public async Task A_worker_that_joins_later_predicts_at_once_and_takes_part_in_trainings_when_it_has_shards()
    {
        Citus.Require();
        await cluster.ExecuteAsync($"""
            CREATE SCHEMA later;
            CREATE TABLE later.rows (id bigint PRIMARY KEY, a float8, y float8);
            SELECT create_distributed_table('later.rows', 'id', shard_count => 12);
            INSERT INTO later.rows SELECT i, i % 100, i % 100 + 10 FROM generate_series(1, {Rows}) AS i;
            CREATE VIEW later.lines AS SELECT a, y FROM later.rows
            """);
        await using var before = await Session.OpenAsync(cluster);
        await before.ExecuteAsync(Train("later", "later.lines"));
        (await before.LastRunAsync("later")).ShouldBe($"{Rows} 2");

        var up = await Cli.MustSucceedAsync("up", "--data", cluster.Data, "--workers", $"{Added}");

        up.Output.ShouldContain($"Adding node {Added}");
        up.Output.ShouldContain($"Starting the silo of node {Added}");
        using var silo = new SiloClient(cluster.SiloSocket(Added));
        silo.Welcome.Node.ShouldBe($"{Added}");
        (await cluster.ScalarAsync<string>("SELECT string_agg(siloname, ' ' ORDER BY siloname) FROM graincast.members WHERE status = 3")).ShouldBe("node-0 node-1 node-2 node-3");
        await using var worker = await Session.OpenAsync(cluster, node: Added);
        (await worker.ScalarAsync<string>("SELECT extversion FROM pg_extension WHERE extname = 'graincast'")).ShouldBe(await before.ScalarAsync<string>("SELECT extversion FROM pg_extension WHERE extname = 'graincast'"));
        (await worker.LastRunAsync("later")).ShouldBe($"{Rows} 2", "the catalog is there");
        (await worker.ScalarAsync<float>("SELECT pgml.predict('later', ARRAY[1]::real[])")).ShouldBe(11, 0.01);

        await worker.ExecuteAsync(Train("later", "later.lines"));
        (await worker.LastRunAsync("later")).ShouldBe($"{Rows} 2", "it has no shard yet");
        await cluster.ExecuteAsync("SELECT rebalance_table_shards('later.rows', shard_transfer_mode => 'block_writes')");
        foreach (var session in new[] { before, worker })
        {
            await session.ExecuteAsync(Train("later", "later.lines"));
            (await session.LastRunAsync("later")).ShouldBe($"{Rows} 3");
            (await session.ScalarAsync<string>("SELECT concat(count(*), ' ', string_agg(DISTINCT round((p - a)::numeric, 2)::text, ',')) FROM (SELECT a, pgml.predict('later', ARRAY[a]::real[]) AS p FROM later.rows OFFSET 0) AS answers"))
                .ShouldBe($"{Rows} 10.00");
        }

        await cluster.ExecuteAsync($"""
            CREATE TABLE later.fresh (id bigint, y float8);
            SELECT create_distributed_table('later.fresh', 'id', shard_count => 12, colocate_with => 'none');
            INSERT INTO later.fresh SELECT i, i FROM generate_series(1, {Rows}) AS i
            """);
        await before.ExecuteAsync(Train("later_fresh", "later.fresh"));
        (await before.LastRunAsync("later_fresh")).ShouldBe($"{Rows} 3");
    }

    private static string Train(string project, string relation) => $"SELECT * FROM pgml.train('{project}', 'regression', '{relation}', 'y')";
}
