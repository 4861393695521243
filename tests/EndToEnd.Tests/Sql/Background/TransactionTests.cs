using Shouldly;
using Xunit;

namespace Graincast.Sql.Background;

/// <summary>A training in the background belongs to the transaction that fed it, and after its COMMIT to nobody's session.</summary>
public sealed class TransactionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Phase = "SELECT phase FROM pgml.stat_progress_train WHERE run = $1";

    [Fact]
    public async Task It_takes_the_arguments_of_train()
    {
        await using var session = await database.OpenAsync();

        (await session.RowsAsync("SELECT count(*), count(DISTINCT pg_get_function_arguments(oid)) FROM pg_proc WHERE proname IN ('train', 'train_async') AND pronamespace = 'pgml'::regnamespace"))
            .ShouldHaveSingleItem().ShouldBe([2L, 1L]);
    }

    [Fact]
    public async Task The_fit_begins_with_commit_and_the_model_is_the_callers()
    {
        await using var superuser = await database.OpenAsync();
        var role = await database.CreateRoleAsync("later");
        await using var owner = await database.OpenAsync(role);
        await owner.ExecuteAsync("BEGIN");

        var run = await BackgroundRun.BeginAsync(database, owner, "'later', 'regression', 'line_3', 'y', seed => 7");

        (await superuser.ScalarAsync<string>(Phase, run.Id)).ShouldBe("feeding");
        (await run.StatusAsync(owner)).ShouldBe("in_progress");
        (await run.StatusAsync(superuser)).ShouldBeNull("it is not committed");
        (await owner.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'later'")).ShouldBe(0);
        await owner.ExecuteAsync("COMMIT");
        await run.MustEndAsync(owner, "successful");
        (await owner.SlopeAsync("later")).ShouldBe(3);
        (await superuser.RowsAsync("""
            SELECT r.project, r.owner::text, r.rows, r.nodes, r.error_message, m.seed, m.algorithm, p.owner::text, s.relation_name, d.strategy::text, r.finished_at > r.started_at
            FROM pgml.runs r JOIN pgml.models m ON m.id = r.model_id JOIN pgml.projects p ON p.id = r.project_id JOIN pgml.snapshots s ON s.id = m.snapshot_id
            JOIN pgml.deployments d ON d.model_id = m.id WHERE r.id = $1
            """, run.Id)).ShouldHaveSingleItem().ShouldBe(["later", role, 40L, 1, null, 7L, "linear", role, "public.line_3", "new_score", true]);
    }

    [Fact]
    public async Task Several_in_one_transaction_learn_of_its_own_rows_and_are_deployed_by_the_rules_of_train()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN; CREATE TABLE own AS SELECT x, 9 * x AS y FROM line_1");
        BackgroundRun[] runs =
        [
            await BackgroundRun.BeginAsync(database, session, "'several', 'regression', 'own', 'y'"),
            await BackgroundRun.BeginAsync(database, session, "'several', 'regression', 'line_2', 'y', automatic_deploy => false"),
            await BackgroundRun.BeginAsync(database, session, "'others', 'clustering', 'line_4', algorithm => 'kmeans', hyperparams => '{\"n_clusters\": 2}'"),
        ];
        await session.ExecuteAsync("COMMIT");

        foreach (var run in runs)
        {
            await run.MustEndAsync(session, "successful");
        }

        (await session.SlopeAsync("several")).ShouldBe(9);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'several'")).ShouldBe(2);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.deployed_models WHERE name = 'others'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_rollback_also_to_a_savepoint_forgets_it()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        var kept = await BackgroundRun.BeginAsync(database, session, "'kept', 'regression', 'line_1', 'y'");
        await session.ExecuteAsync("SAVEPOINT a");
        var undone = await BackgroundRun.BeginAsync(database, session, "'undone', 'regression', 'line_2', 'y'");
        await session.ExecuteAsync("SAVEPOINT b");
        var nested = await BackgroundRun.BeginAsync(database, session, "'undone', 'regression', 'line_3', 'y'");
        await session.ExecuteAsync("RELEASE b; ROLLBACK TO a");
        foreach (var run in new[] { undone, nested })
        {
            await run.MustBeGoneAsync(session);
            (await run.StatusAsync(session)).ShouldBeNull();
        }
        await session.ExecuteAsync("SAVEPOINT c");
        var released = await BackgroundRun.BeginAsync(database, session, "'released', 'regression', 'line_4', 'y'");
        await session.ExecuteAsync("RELEASE c; COMMIT");
        await kept.MustEndAsync(session, "successful");
        await released.MustEndAsync(session, "successful");

        await session.ExecuteAsync("BEGIN");
        var last = await BackgroundRun.BeginAsync(database, session, "'undone', 'regression', 'line_5', 'y'");
        await session.ExecuteAsync("ROLLBACK");

        await last.MustBeGoneAsync(session);
        (await last.StatusAsync(session)).ShouldBeNull();
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.snapshots s WHERE NOT EXISTS (SELECT FROM pgml.models m WHERE m.snapshot_id = s.id)")).ShouldBe(0);
        (await session.ColumnAsync<string>("SELECT name FROM pgml.projects WHERE name IN ('kept', 'undone', 'released') ORDER BY name")).ShouldBe(["kept", "released"]);
    }

    [Fact]
    public async Task A_transaction_with_one_cannot_be_prepared()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        var run = await BackgroundRun.BeginAsync(database, session, "'prepared', 'regression', 'line_1', 'y'");

        await session.RefuseAsync("0A000", "PREPARE", "PREPARE TRANSACTION 'with a run'");

        await run.MustBeGoneAsync(session);
        (await run.StatusAsync(session)).ShouldBeNull();
    }

    [Fact]
    public async Task It_outlives_the_session_that_committed_it_and_not_one_that_did_not()
    {
        await using var watcher = await database.OpenAsync();
        BackgroundRun committed, open;
        await using (var session = await database.OpenAsync())
        {
            committed = await BackgroundRun.BeginAsync(database, session, "'orphan', 'regression', 'line_2', 'y'");
            await session.ExecuteAsync("BEGIN");
            open = await BackgroundRun.BeginAsync(database, session, "'orphan', 'regression', 'line_3', 'y'");
            await watcher.ExecuteAsync("SELECT pg_terminate_backend($1)", session.Pid);
        }

        await committed.MustEndAsync(watcher, "successful");
        await open.MustBeGoneAsync(watcher);
        (await open.StatusAsync(watcher)).ShouldBeNull();
        (await watcher.SlopeAsync("orphan")).ShouldBe(2);
    }

    [Fact]
    public async Task A_commit_without_the_silo_that_has_the_rows_fails()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        var run = await BackgroundRun.BeginAsync(database, session, "'parted', 'regression', 'line_1', 'y'");

        await session.ExecuteAsync("SET graincast.socket = '/nowhere/graincast.sock'");

        await session.RefuseAsync("08001", "/nowhere", "COMMIT");
        await run.MustBeGoneAsync(session);
        (await run.StatusAsync(session)).ShouldBeNull();
    }
}
