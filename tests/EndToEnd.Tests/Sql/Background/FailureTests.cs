using Shouldly;
using Xunit;

namespace Graincast.Sql.Background;

/// <summary>What stands in the way of a model, in the fit or when it is written, is in pgml.runs, and nothing of the model is.</summary>
public sealed class FailureTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string CountAll = """
        SELECT concat_ws(' ', (SELECT count(*) FROM pgml.projects), (SELECT count(*) FROM pgml.snapshots), (SELECT count(*) FROM pgml.models), (SELECT count(*) FROM pgml.deployments),
            (SELECT count(*) FROM pgml.files))
        """;

    [Theory]
    [InlineData("22004", "\"y\"", "SELECT x, NULLIF(y, 3) AS y FROM line_1")]
    [InlineData("22023", "no rows", "SELECT x, y FROM line_1 WHERE false")]
    public async Task A_fit_that_fails_is_recorded_with_its_reason(string sqlState, string thing, string rows)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE OR REPLACE VIEW bad AS {rows}");
        var before = await session.ScalarAsync<string>(CountAll);

        var run = await BackgroundRun.BeginAsync(database, session, "'never', 'regression', 'bad', 'y'");

        await run.MustEndAsync(session, "failed");
        var error = await run.ErrorAsync(session);
        error.ShouldStartWith(sqlState);
        error.ShouldContain(thing);
        (await session.ScalarAsync<string>(CountAll)).ShouldBe(before);
    }

    [Fact]
    public async Task A_bad_argument_is_an_error_of_the_call()
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync("22023", "n_trees", "SELECT pgml.train_async('never', 'regression', 'line_1', 'y', 'lightgbm', '{\"n_trees\": 5}')");
        await session.RefuseAsync("42703", "zz", "SELECT pgml.train_async('never', 'regression', 'line_1', 'zz')");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE project = 'never' AND status = 'in_progress'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_project_that_was_dropped_meanwhile_does_not_come_back()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("dropped", 1);
        await session.ExecuteAsync("BEGIN");
        var run = await BackgroundRun.BeginAsync(database, session, "'dropped', 'regression', 'line_2', 'y'");
        await other.ExecuteAsync("SELECT pgml.drop_project('dropped')");
        await session.ExecuteAsync("COMMIT");

        await run.MustEndAsync(session, "failed");

        (await run.ErrorAsync(session)).ShouldContain("project \"dropped\" was created or dropped");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'dropped'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rights_are_those_of_the_moment_when_the_model_is_written()
    {
        await using var superuser = await database.OpenAsync();
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        var role = await database.CreateRoleAsync("taker");
        await using var taker = await database.OpenAsync(role);
        await owner.TrainAndDeployLineAsync("lent", 1);
        await owner.ExecuteAsync($"SELECT pgml.grant_project('lent', '{role}', 'train')");
        var allowed = await BackgroundRun.BeginAsync(database, taker, "'lent', 'regression', 'line_2', 'y'");
        await allowed.MustEndAsync(taker, "successful");
        await taker.ExecuteAsync("BEGIN");
        var revoked = await BackgroundRun.BeginAsync(database, taker, "'lent', 'regression', 'line_3', 'y'");
        await owner.ExecuteAsync($"SELECT pgml.revoke_project('lent', '{role}', 'train')");
        await taker.ExecuteAsync("COMMIT; BEGIN");
        await revoked.MustEndAsync(taker, "failed");
        (await revoked.ErrorAsync(taker)).ShouldStartWith("42501 permission denied for project \"lent\"");

        var orphan = await BackgroundRun.BeginAsync(database, taker, "'mine', 'regression', 'line_4', 'y'");
        await superuser.ExecuteAsync($"DROP SCHEMA {role}; DROP ROLE {role}");
        await taker.ExecuteAsync("COMMIT");

        await orphan.MustEndAsync(superuser, "failed");
        (await orphan.ErrorAsync(superuser)).ShouldBe($"42704 role \"{role}\", whose training this was, does not exist any more");
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'lent'")).ShouldBe(2);
    }

    [Fact]
    public async Task Only_silos_publish()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("publisher"));
        await session.ExecuteAsync("BEGIN");
        var run = await BackgroundRun.BeginAsync(database, session, "'forced', 'regression', 'line_1', 'y'");

        await session.RefuseAsync("42501", "publish_run", "SELECT pgml.publish_run($1)", run.Id);
    }
}
