using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>The view pgml.stat_progress_train while a training waits at gates: advisory locks that the test holds.</summary>
public sealed class ProgressTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Lines = "SELECT concat_ws(' ', project, phase, coalesce(node, 'nowhere'), rows > 0, coalesce(iteration, 0), elapsed > '0') FROM pgml.stat_progress_train WHERE project = 'gated'";

    [Fact]
    public async Task A_feed_is_seen_from_every_session_of_its_database_and_from_no_other()
    {
        await using var training = await database.OpenAsync();
        await using var gatekeeper = await database.OpenAsync();
        var role = await database.CreateRoleAsync("watcher");
        await using var watcher = await database.OpenAsync(role);
        await using var elsewhere = await database.OpenAsync(database: "graincast");
        // More than a frame of rows between the gates, so that some have come when the second is reached.
        await training.ExecuteAsync("""
            CREATE FUNCTION pass(i int) RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
            BEGIN
                IF i = 1 THEN PERFORM pg_advisory_xact_lock_shared(1); ELSIF i = 100000 THEN PERFORM pg_advisory_xact_lock_shared(2); END IF;
                RETURN true;
            END $$;
            CREATE VIEW gated AS SELECT i::float8 AS x, i::float8 AS y FROM generate_series(1, 100000) AS i WHERE pass(i)
            """);
        await gatekeeper.ExecuteAsync("SELECT pg_advisory_lock(1), pg_advisory_lock(2)");
        (await watcher.ColumnAsync<string>(Lines)).ShouldBeEmpty();

        var trained = training.ExecuteAsync("SELECT pgml.train('gated', 'regression', 'gated', 'y')");
        await Wait.UntilAsync("the run has begun", async () => (await watcher.ColumnAsync<string>(Lines)).SequenceEqual(["gated feeding nowhere f 0 t"]));
        await gatekeeper.ExecuteAsync("SELECT pg_advisory_unlock(1)");
        await Wait.UntilAsync("rows have come", async () => (await watcher.ColumnAsync<string>(Lines)).SequenceEqual(["gated feeding 0 t 0 t"]));
        (await elsewhere.ColumnAsync<string>(Lines)).ShouldBeEmpty();
        var run = await watcher.ScalarAsync<long>("SELECT run FROM pgml.stat_progress_train WHERE project = 'gated'");
        await gatekeeper.ExecuteAsync("SELECT pg_advisory_unlock(2)");
        await trained;

        (await watcher.ColumnAsync<string>(Lines)).ShouldBeEmpty();
        (await watcher.RowsAsync("SELECT r.rows, r.nodes, r.finished_at >= r.started_at FROM pgml.runs r JOIN pgml.projects p ON p.id = r.project_id WHERE p.name = 'gated'"))
            .ShouldHaveSingleItem().ShouldBe([100_000L, 1, true]);
        (await watcher.ScalarAsync<long>("SELECT id FROM pgml.runs WHERE rows = 100000")).ShouldBe(run);
        training.Notices.ShouldContain(notice => notice.StartsWith("read 100000 rows", StringComparison.Ordinal));
        training.Notices.ShouldContain(notice => notice.StartsWith("metrics: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_silo_the_view_says_how_to_start_it()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SET graincast.socket = '/nowhere/graincast.sock'");

        var error = await session.RefuseAsync(SqlState.ConnectionFailure, "/nowhere/graincast.sock", "SELECT * FROM pgml.stat_progress_train");

        error.Hint.ShouldNotBeNull().ShouldContain("graincast up");
    }
}
