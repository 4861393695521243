using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A training in the background is begun at any node, read where the rows are, and its model is on all of them.</summary>
[Collection(ClusterCollection.Name)]
public sealed class BackgroundTests(GraincastCluster cluster)
{
    private const string Tables = """
        CREATE SCHEMA later;
        CREATE TABLE later.rows (id bigint, a float8, y float8);
        SELECT create_distributed_table('later.rows', 'id', shard_count => 4, colocate_with => 'none');
        INSERT INTO later.rows SELECT i, i % 50, i % 50 + 10 FROM generate_series(1, 2000) AS i;
        CREATE VIEW later.plus_10 AS SELECT a, y FROM later.rows;
        GRANT USAGE ON SCHEMA later TO PUBLIC;
        GRANT SELECT ON later.rows, later.plus_10 TO PUBLIC;
        """;

    private const string Status = "SELECT concat_ws(' ', status, rows, nodes, error_sqlstate, error_message) FROM pgml.runs WHERE id = $1";

    [Theory, InlineData(0), InlineData(1)]
    public async Task The_model_comes_to_all_nodes_after_commit(int node)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        var role = $"later_{node}";
        await using var source = await cluster.ConnectAsAsync(role);
        await using var session = await Session.OpenAsync(cluster, role, node);
        await session.ExecuteAsync("BEGIN");

        var run = await session.ScalarAsync<long>($"SELECT pgml.train_async('{role}', 'regression', 'later.plus_10', 'y')");

        (await session.ScalarAsync<string>(Status, run)).ShouldBe("in_progress");
        await session.ExecuteAsync("COMMIT");
        foreach (var at in cluster.Nodes)
        {
            await using var other = await Session.OpenAsync(cluster, role, at);
            await Wait.UntilAsync($"the run is over at node {at}", async () => await other.ScalarAsync<string>(Status, run) != "in_progress");
            (await other.ScalarAsync<string>(Status, run)).ShouldBe("successful 2000 2", $"at node {at}");
            (await other.ScalarAsync<float>($"SELECT pgml.predict('{role}', ARRAY[1]::real[])")).ShouldBe(11, 0.01);
        }
    }

    [Fact(Explicit = true)]
    public async Task Trainings_waited_for_and_in_the_background_never_wait_for_each_other_in_a_circle()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var source = await cluster.ConnectAsAsync("later_both");
        await using var waiting = await Session.OpenAsync(cluster, "later_both", 0);
        await using var leaving = await Session.OpenAsync(cluster, "later_both", 1);
        await waiting.ScalarAsync<string>("SELECT project FROM pgml.train('both', 'regression', 'later.plus_10', 'y')");

        await Task.WhenAll(
            TimesAsync(waiting, "SELECT count(*) FROM pgml.train('both', 'regression', 'later.plus_10', 'y')"),
            TimesAsync(leaving, "SELECT pgml.train_async('both_' || $1::bigint, 'regression', 'later.plus_10', 'y')"));

        await Wait.UntilAsync("all runs are over", async () => await waiting.ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE owner = 'later_both' AND status = 'in_progress'") == 0);
        (await waiting.ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE owner = 'later_both' AND status = 'successful'")).ShouldBe(25);

        static async Task TimesAsync(Session session, string training)
        {
            await Task.Yield();
            for (var i = 0L; i < 12; i++)
            {
                await session.ScalarAsync<long>(training, training.Contains('$', StringComparison.Ordinal) ? [i] : []);
            }
        }
    }

    [Fact]
    public async Task Every_node_cancels_it_and_strangers_see_nothing_of_it()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var source = await cluster.ConnectAsAsync("later_owner");
        await using var strangers = await cluster.ConnectAsAsync("later_stranger");
        await using var session = await Session.OpenAsync(cluster, "later_owner", 1);
        await using var elsewhere = await Session.OpenAsync(cluster, "later_owner", 2);
        await using var stranger = await Session.OpenAsync(cluster, "later_stranger", 2);
        var run = await session.ScalarAsync<long>(
            """SELECT pgml.train_async('endless', 'regression', 'later.plus_10', 'y', 'lightgbm', '{"n_estimators": 10000, "num_leaves": 500, "min_data_in_leaf": 1}')""");
        await Wait.UntilAsync("both workers fit", () => new[] { 1, 2 }.All(node => Processes.In($"{cluster.Columns(node)}/").Length == 1));

        (await stranger.FailAsync("SELECT pgml.cancel($1)", run)).SqlState.ShouldBe(SqlState.InsufficientPrivilege);
        (await stranger.ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE id = $1", run)).ShouldBe(0);
        (await elsewhere.ScalarAsync<bool>("SELECT pgml.cancel($1)", run)).ShouldBeTrue();

        await Wait.UntilAsync("the run is over", async () => !(await elsewhere.ScalarAsync<string>(Status, run)).StartsWith("in_progress", StringComparison.Ordinal));
        (await elsewhere.ScalarAsync<string>(Status, run)).ShouldBe($"cancelled 57014 training run {run} was cancelled");
        await Wait.UntilAsync("the workers are gone", () => new[] { 1, 2 }.All(node => Processes.In($"{cluster.Columns(node)}/").Length == 0));
    }

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('later.plus_10') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Tables);
        }
    }
}
