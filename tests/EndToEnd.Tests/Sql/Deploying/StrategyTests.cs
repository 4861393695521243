using Shouldly;
using Xunit;

namespace Graincast.Sql.Deploying;

/// <summary>Which model answers: every strategy, the history, and automatic deployment.</summary>
public sealed class StrategyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task The_best_score_is_compared_as_a_number()
    {
        await using var session = await database.OpenAsync();
        var models = await TrainThreeAsync(session, "numbers");
        // As text '9.5e-05' is the greatest of the three.
        await ScoreAsync(session, models[0], "9.5e-05");
        await ScoreAsync(session, models[1], "1");
        await ScoreAsync(session, models[2], "0.5");

        (await session.RowsAsync("SELECT * FROM pgml.deploy('numbers', 'best_score')")).ShouldHaveSingleItem().ShouldBe(["numbers", "best_score", "linear"]);

        (await session.ScalarAsync<long>("SELECT pgml.deployed_model('numbers')")).ShouldBe(models[1]);
        (await session.SlopeAsync("numbers")).ShouldBe(2);
    }

    [Fact]
    public async Task A_model_without_the_metric_is_never_the_best()
    {
        await using var session = await database.OpenAsync();
        var models = await TrainThreeAsync(session, "unknown scores");
        await session.ExecuteAsync("UPDATE pgml.models SET metrics = NULL WHERE id = $1", models[0]);
        await ScoreAsync(session, models[1], "-3");
        await session.ExecuteAsync("UPDATE pgml.models SET metrics = '{\"r2\": \"NaN\"}' WHERE id = $1", models[2]);

        await session.ExecuteAsync("SELECT pgml.deploy('unknown scores', 'best_score')");

        (await session.SlopeAsync("unknown scores")).ShouldBe(2);
    }

    [Fact]
    public async Task The_most_recent_is_the_last_trained_and_an_algorithm_narrows_the_choice()
    {
        await using var session = await database.OpenAsync();
        await TrainThreeAsync(session, "recent");
        await session.ExecuteAsync("SELECT pgml.train('recent', 'regression', 'line_4', 'y', 'ridge', '{\"alpha\": 0}', automatic_deploy => false)");
        await session.TrainLineAsync("recent", 5);

        await session.RefuseAsync("42704", "\"recent\" has no model of algorithm \"lasso\" for strategy most_recent", "SELECT pgml.deploy('recent', 'most_recent', 'lasso')");
        await session.ExecuteAsync("SELECT pgml.deploy('recent', 'most_recent')");
        (await session.SlopeAsync("recent")).ShouldBe(5);
        await session.ExecuteAsync("SELECT pgml.deploy('recent', 'most_recent', 'ridge')");
        (await session.SlopeAsync("recent")).ShouldBe(4);
        await session.ExecuteAsync("SELECT pgml.deploy(project_name => 'recent', strategy => 'most_recent', algorithm => 'linear')");
        (await session.SlopeAsync("recent")).ShouldBe(5);
    }

    [Fact]
    public async Task A_rollback_goes_back_through_the_history_without_oscillating()
    {
        await using var session = await database.OpenAsync();
        var models = await TrainThreeAsync(session, "history");
        foreach (var model in models)
        {
            await session.DeployAsync(model);
        }
        (await session.SlopeAsync("history")).ShouldBe(3);

        await session.ExecuteAsync("SELECT pgml.deploy('history', 'rollback')");
        (await session.SlopeAsync("history")).ShouldBe(2);
        await session.ExecuteAsync("SELECT pgml.deploy('history', 'rollback')");
        (await session.SlopeAsync("history")).ShouldBe(1);
        await session.RefuseAsync("42704", "history", "SELECT pgml.deploy('history', 'rollback')");

        // A new deployment goes on top of where the history is now.
        await session.DeployAsync(models[2]);
        await session.ExecuteAsync("SELECT pgml.deploy('history', 'rollback')");
        (await session.SlopeAsync("history")).ShouldBe(1);
        (await session.ColumnAsync<string>("""
            SELECT strategy::text FROM pgml.deployments d JOIN pgml.projects p ON p.id = d.project_id WHERE p.name = 'history' ORDER BY seq
            """)).ShouldBe(["specific", "specific", "specific", "rollback", "rollback", "specific", "rollback"]);
    }

    [Fact]
    public async Task A_deployment_by_id_is_specific()
    {
        await using var session = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("specific");

        (await session.RowsAsync("SELECT * FROM pgml.deploy($1)", second)).ShouldHaveSingleItem().ShouldBe(["specific", "specific", "linear"]);

        (await session.SlopeAsync("specific")).ShouldBe(2);
    }

    [Fact]
    public async Task Automatic_deployment_keeps_the_better_model()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE noise AS SELECT x, (x * 7919) % 13 AS y FROM (SELECT x::int FROM line_1) AS l");

        (await TrainAsync(session, "better", "line_3")).ShouldBeTrue();
        (await TrainAsync(session, "better", "noise")).ShouldBeFalse();
        (await session.SlopeAsync("better")).ShouldBe(3);
        (await TrainAsync(session, "worse first", "noise")).ShouldBeTrue();
        (await TrainAsync(session, "worse first", "line_2")).ShouldBeTrue();
        (await session.SlopeAsync("worse first")).ShouldBe(2);
        (await session.ColumnAsync<string>("SELECT DISTINCT strategy::text FROM pgml.deployments d JOIN pgml.projects p ON p.id = d.project_id WHERE p.name = 'better'"))
            .ShouldBe(["new_score"]);
    }

    [Fact]
    public async Task An_equal_score_is_deployed()
    {
        await using var session = await database.OpenAsync();
        (await TrainAsync(session, "equal", "line_3")).ShouldBeTrue();

        (await TrainAsync(session, "equal", "line_3")).ShouldBeTrue();
    }

    [Fact]
    public async Task Automatic_deployment_can_be_switched_off()
    {
        await using var session = await database.OpenAsync();

        (await session.ScalarAsync<bool>("SELECT deployed FROM pgml.train('switched off', 'regression', 'line_3', 'y', automatic_deploy => false)")).ShouldBeFalse();

        await session.RefuseAsync("55000", "switched off", "SELECT pgml.predict('switched off', ARRAY[1]::real[])");
    }

    [Theory]
    [InlineData("42704", "nobody", "'nobody', 'best_score'")]
    [InlineData("42704", "4611686018427387904", "4611686018427387904")]
    [InlineData("42704", "errors", "'errors', 'best_score', 'lightgbm'")]
    [InlineData("42704", "errors", "'errors', 'rollback'")]
    [InlineData("22023", "new_score", "'errors', 'new_score'")]
    [InlineData("22023", "specific", "'errors', 'specific'")]
    [InlineData("22004", "strategy", "'errors', NULL")]
    [InlineData("22004", "project_name", "NULL, 'best_score'")]
    [InlineData("22004", "model_id", "NULL")]
    public async Task A_deployment_that_cannot_be_is_named(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();
        if (!await session.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pgml.projects WHERE name = 'errors')"))
        {
            await session.TrainAndDeployLineAsync("errors", 1);
        }

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.deploy({arguments})");
    }

    private static async Task<List<long>> TrainThreeAsync(Session session, string project)
    {
        List<long> models = [];
        foreach (var slope in new[] { 1, 2, 3 })
        {
            models.Add(await session.TrainLineAsync(project, slope));
        }
        return models;
    }

    private static Task ScoreAsync(Session session, long model, string r2) =>
        session.ExecuteAsync("UPDATE pgml.models SET metrics = jsonb_set(metrics, '{r2}', $2::jsonb) WHERE id = $1", model, r2);

    private static Task<bool> TrainAsync(Session session, string project, string relation) =>
        session.ScalarAsync<bool>("SELECT deployed FROM pgml.train($1, 'regression', $2, 'y')", project, relation);
}
