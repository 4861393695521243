using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Background;

/// <summary>pgml.cancel ends a run of one's own wherever it is, and nobody else's.</summary>
public sealed class CancelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task The_owner_ends_a_fit_from_another_session_and_nobody_else_sees_or_ends_it()
    {
        await using var superuser = await database.OpenAsync();
        await BackgroundRun.PrepareAsync(superuser);
        var role = await database.CreateRoleAsync("canceller");
        await using var owner = await database.OpenAsync(role);
        await using var another = await database.OpenAsync(role);
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("stranger"));
        var run = await BackgroundRun.BeginAsync(database, owner, $"'endless', {BackgroundRun.LongFit}");
        await run.MustFitAsync();

        await stranger.RefuseAsync("42501", $"{run.Id}", "SELECT pgml.cancel($1)", run.Id);
        (await run.StatusAsync(stranger)).ShouldBeNull();
        (await run.StatusAsync(another)).ShouldBe("in_progress");
        (await another.ScalarAsync<bool>("SELECT pgml.cancel($1)", run.Id)).ShouldBeTrue();

        await run.MustEndAsync(another, "cancelled");
        (await run.ErrorAsync(owner)).ShouldStartWith($"57014 training run {run.Id} was cancelled");
        (await run.StatusAsync(stranger)).ShouldBeNull();
        (await another.ScalarAsync<bool>("SELECT pgml.cancel($1)", run.Id)).ShouldBeFalse();
        another.Notices.ShouldContain($"no training run {run.Id} is under way");
        (await another.ScalarAsync<bool>("SELECT pgml.cancel(-1)")).ShouldBeFalse();
    }

    [Fact]
    public async Task One_that_is_cancelled_before_its_commit_ends_with_it()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        var run = await BackgroundRun.BeginAsync(database, session, "'early', 'regression', 'line_1', 'y'");

        (await other.ScalarAsync<bool>("SELECT pgml.cancel($1)", run.Id)).ShouldBeTrue();
        await session.ExecuteAsync("COMMIT");

        await run.MustEndAsync(session, "cancelled");
    }

    [Fact]
    public async Task A_train_that_fits_ends_with_57014_in_its_session()
    {
        await using var superuser = await database.OpenAsync();
        await BackgroundRun.PrepareAsync(superuser);
        await using var session = await database.OpenAsync();

        var failure = session.FailAsync("57014", $"SELECT pgml.train('waited for', {BackgroundRun.LongFit})");
        var run = await RunOfAsync(superuser, "waited for");
        await run.MustFitAsync();
        (await superuser.ScalarAsync<bool>("SELECT pgml.cancel($1)", run.Id)).ShouldBeTrue();

        (await failure).MessageText.ShouldBe($"training run {run.Id} was cancelled");
        await run.MustBeGoneAsync(superuser);
        await session.MustLiveOnAsync();
    }

    [Theory, InlineData("train"), InlineData("train_async")]
    public async Task One_that_reads_rows_ends_with_57014_in_its_session(string function)
    {
        await using var superuser = await database.OpenAsync();
        await using var gatekeeper = await database.OpenAsync();
        await using var session = await database.OpenAsync();
        await superuser.ExecuteAsync("CREATE OR REPLACE VIEW gated AS SELECT x, y FROM line_1 WHERE pg_advisory_xact_lock_shared(5) IS NOT NULL");
        await gatekeeper.ExecuteAsync("SELECT pg_advisory_lock(5)");

        var failure = session.FailAsync("57014", $"SELECT pgml.{function}('gated by {function}', 'regression', 'gated', 'y')");
        var run = await RunOfAsync(superuser, $"gated by {function}");
        (await superuser.ScalarAsync<bool>("SELECT pgml.cancel($1)", run.Id)).ShouldBeTrue();

        (await failure).MessageText.ShouldBe($"training run {run.Id} was cancelled");
        await run.MustBeGoneAsync(superuser);
        (await run.StatusAsync(superuser)).ShouldBeNull();
    }

    [Fact]
    public async Task A_statement_that_is_cancelled_while_it_reads_rows_leaves_no_run()
    {
        await using var superuser = await database.OpenAsync();
        await using var gatekeeper = await database.OpenAsync();
        await using var session = await database.OpenAsync();
        await superuser.ExecuteAsync("CREATE VIEW closed AS SELECT x, y FROM line_1 WHERE pg_advisory_xact_lock_shared(6) IS NOT NULL");
        await gatekeeper.ExecuteAsync("SELECT pg_advisory_lock(6)");

        var failure = session.FailAsync("57014", "SELECT pgml.train_async('closed', 'regression', 'closed', 'y')");
        var run = await RunOfAsync(superuser, "closed");
        await superuser.ExecuteAsync("SELECT pg_cancel_backend($1)", session.Pid);

        await failure;
        await run.MustBeGoneAsync(superuser);
        (await run.StatusAsync(superuser)).ShouldBeNull();
    }

    private async Task<BackgroundRun> RunOfAsync(Session session, string project)
    {
        long run = 0;
        await Wait.UntilAsync($"a training of {project} is under way", async () =>
            (run = await session.ScalarAsync<long>("SELECT run FROM pgml.stat_progress_train WHERE project = $1", project)) != 0);
        return new BackgroundRun(database, run);
    }
}
