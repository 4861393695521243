using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>
/// A worker lost between PREPARE TRANSACTION and COMMIT PREPARED. That moment is made to last by a coordinator that waits for a standby which does not
/// exist: its commit is on disk by then and the workers have prepared, but nobody has told them to commit.
/// </summary>
public sealed class TwoPhaseTests(GraincastCluster cluster) : IClassFixture<GraincastCluster>
{
    private const int Killed = 2;
    private const string Contents =
        "SELECT concat_ws(' ', (SELECT sum(id) FROM pgml.models), (SELECT sum(seq) FROM pgml.deployments), (SELECT count(*) FROM pgml.files), (SELECT count(*) FROM pgml.runs))";

    [Theory, InlineData(false, Explicit = true), InlineData(true)]
    public async Task A_worker_killed_between_prepare_and_commit_agrees_with_the_others_after_recovery(bool trains)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"prepared_{trains}".ToLowerInvariant(), 10, 20);
        await using var writer = await rows.OpenAsync();
        await cluster.ExecuteAsync("ALTER SYSTEM SET citus.recover_2pc_interval = '1h'");

        await writer.ExecuteAsync("BEGIN");
        if (trains)
        {
            await writer.ExecuteAsync(rows.Train(20));
        }
        await writer.ExecuteAsync(rows.Deploy(20));
        // Not earlier: the silo writes to the coordinator too.
        await StandbyAsync("nobody");
        var commit = writer.ExecuteAsync("COMMIT");
        await Wait.UntilAsync("the coordinator waits for its standby", async () => await cluster.ScalarAsync<bool>(
            $"SELECT coalesce(wait_event = 'SyncRep', false) FROM pg_stat_activity WHERE pid = {writer.Pid}"));
        foreach (var node in new[] { 1, Killed })
        {
            (await PreparedAsync(node)).ShouldBe(1, $"node {node}");
        }
        var backends = await AskAsync<int[]>(Killed, "SELECT array_agg(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'");
        Signal.Send(await PostmasterAsync(Killed), Signal.Kill);
        // An orphan that has not noticed yet would still commit.
        await Wait.UntilAsync("the killed worker's backends have ended", () => !backends.Any(Processes.IsAlive));
        await StandbyAsync("");
        await commit;

        (await PreparedAsync(1)).ShouldBe(0);
        // Not before the last of its orphans has let go of its shared memory.
        await Wait.UntilAsync("the killed worker starts again", async () => (await Cli.GraincastAsync("up", "--data", cluster.Data)).ExitCode == 0);
        (await PreparedAsync(Killed)).ShouldBe(1, "the killed worker has it on disk still");
        await using var reader = await rows.OpenAsync(Killed);
        (await reader.ScalarAsync<float>($"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])")).ShouldBe(11, 0.01, "not committed there yet");
        (await AskAsync<int>(0, "SELECT recover_prepared_transactions()")).ShouldBe(1);

        (await reader.ScalarAsync<float>($"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])")).ShouldBe(21, 0.01, "the cache heard of it");
        foreach (var node in cluster.Nodes)
        {
            await using var session = await rows.OpenAsync(node);
            (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20", $"node {node}");
            (await AskAsync<string>(node, Contents)).ShouldBe(await AskAsync<string>(0, Contents), $"node {node}");
        }
    }

    private async Task<int> PostmasterAsync(int node) =>
        int.Parse((await AskAsync<string>(node, "SELECT pg_read_file('postmaster.pid')")).Split('\n')[0]);

    private Task<long> PreparedAsync(int node) => AskAsync<long>(node, "SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE 'citus_%'");

    /// <summary>Not over a pool: its connections, and those that Citus keeps for them, may be of before the kill.</summary>
    private async Task<T> AskAsync<T>(int node, string sql)
    {
        await using var session = await Session.OpenAsync(cluster, node: node);
        return await session.ScalarAsync<T>(sql);
    }

    private async Task StandbyAsync(string name)
    {
        await using var session = await Session.OpenAsync(cluster);
        await session.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        await session.ExecuteAsync("SELECT pg_reload_conf()");
        await Wait.UntilAsync("the setting is in force", async () => await cluster.ScalarAsync<string>("SHOW synchronous_standby_names") == name);
    }
}
