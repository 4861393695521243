using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A training over several nodes is seen from all of them, a line for each that takes part.</summary>
[Collection(ClusterCollection.Name)]
public sealed class TrainProgressTests(GraincastCluster cluster)
{
    private const int Rows = 100_000;
    private const string Phases = "SELECT concat_ws(' ', node, phase) FROM pgml.stat_progress_train WHERE project = 'progress' ORDER BY node";

    private const string Tables = """
        CREATE SCHEMA progress;
        CREATE TABLE progress.rows (id bigint, a float8, b float8, y float8);
        SELECT create_distributed_table('progress.rows', 'id', shard_count => 8, colocate_with => 'none');
        INSERT INTO progress.rows SELECT i, sin(i), cos(i / 3.0), sin(i) + cos(i / 7.0) FROM generate_series(1, 100000) AS i;
        CREATE VIEW progress.waves AS SELECT a, b, y FROM progress.rows;
        """;

    [Theory, InlineData(0), InlineData(1)]
    public async Task Every_node_sees_phase_rows_and_iteration_of_each_part_until_the_end(int from)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var session = await Session.OpenAsync(cluster, node: from);
        var watchers = await Task.WhenAll(cluster.Nodes.Select(node => Session.OpenAsync(cluster, node: node)));

        var failure = session.FailAsync(
            """SELECT * FROM pgml.train('progress', 'regression', 'progress.waves', 'y', 'lightgbm', '{"n_estimators": 10000, "num_leaves": 4000, "min_data_in_leaf": 1}')""");
        foreach (var watcher in watchers)
        {
            await Wait.UntilAsync("both workers fit", async () => failure.IsCompleted || await watcher.LinesAsync(Phases) == "1 fitting\n2 fitting");
            failure.IsCompleted.ShouldBeFalse();
            await Wait.UntilAsync("both have come to an iteration", async () => await watcher.ScalarAsync<bool>(
                "SELECT count(*) FILTER (WHERE iteration > 0) = 2 FROM pgml.stat_progress_train WHERE project = 'progress'"));
            (await watcher.LinesAsync("SELECT concat_ws(' ', count(DISTINCT run), sum(rows), min(elapsed) > '0') FROM pgml.stat_progress_train WHERE project = 'progress'")).ShouldBe($"1 {Rows} t");
        }
        session.Notices.ShouldContain(notice => notice.MessageText.StartsWith($"read {Rows} rows"));
        await watchers[from].ScalarAsync<bool>("SELECT pg_cancel_backend($1)", session.Pid);

        (await failure).SqlState.ShouldBe(SqlState.QueryCanceled);
        foreach (var watcher in watchers)
        {
            await Wait.UntilAsync("it is not under way any more", async () => await watcher.LinesAsync(Phases) == "");
            await watcher.DisposeAsync();
        }
        await session.ExecuteAsync("""SELECT * FROM pgml.train('progress', 'regression', 'progress.waves', 'y', 'lightgbm', '{"n_estimators": 3}')""");
        (await session.LastRunAsync("progress")).ShouldBe($"{Rows} 2");
        await session.ExecuteAsync("DELETE FROM pgml.projects WHERE name = 'progress'");
    }

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('progress.waves') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Tables);
        }
    }
}
