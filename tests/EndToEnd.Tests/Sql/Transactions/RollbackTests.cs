using Shouldly;
using Xunit;

namespace Graincast.Sql.Transactions;

/// <summary>A training belongs to its transaction: seen inside at once, by nobody else before COMMIT, by nobody after ROLLBACK.</summary>
public sealed class RollbackTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string CountAll = """
        SELECT (SELECT count(*) FROM pgml.projects) + (SELECT count(*) FROM pgml.snapshots) + (SELECT count(*) FROM pgml.models) + (SELECT count(*) FROM pgml.deployments)
            + (SELECT count(*) FROM pgml.files) + (SELECT count(*) FROM pgml.runs)
        """;

    [Fact]
    public async Task A_training_rolled_back_leaves_no_row_no_deployment_and_no_answer()
    {
        await using var own = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var before = await own.ScalarAsync<long>(CountAll);
        await own.ExecuteAsync("BEGIN");
        await own.ExecuteAsync("SELECT pgml.train('undone', 'regression', 'line_3', 'y')");
        (await own.SlopeAsync("undone")).ShouldBe(3);
        var model = await own.ScalarAsync<long>("SELECT pgml.deployed_model('undone')");
        (await own.ScalarAsync<float>("SELECT pgml.predict($1::bigint, ARRAY[10]::real[])", model)).ShouldBe(30f, 0.01);
        await other.FailAsync("42704", "SELECT pgml.predict('undone', ARRAY[10]::real[])");
        await other.FailAsync("42704", $"SELECT pgml.predict({model}::bigint, ARRAY[10]::real[])");

        await own.ExecuteAsync("ROLLBACK");

        (await own.ScalarAsync<long>(CountAll)).ShouldBe(before);
        foreach (var session in new[] { own, other })
        {
            await session.FailAsync("42704", "SELECT pgml.predict('undone', ARRAY[10]::real[])");
            await session.FailAsync("42704", $"SELECT pgml.predict({model}::bigint, ARRAY[10]::real[])");
            await session.FailAsync("42704", "SELECT pgml.deployed_model('undone')");
        }
    }

    /// <summary>A PL/pgSQL expression lives as long as the transaction, and with another session's commit between no number of the two snapshots differs.</summary>
    [Fact]
    public async Task A_call_site_forgets_a_deployment_row_that_a_savepoint_takes_back()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("site");
        await session.ExecuteAsync("""
            CREATE FUNCTION ask_site() RETURNS real LANGUAGE plpgsql AS $$ DECLARE answer real; BEGIN answer := pgml.predict('site', ARRAY[10]::real[]); RETURN answer; END $$;
            BEGIN;
            SAVEPOINT a;
            """);
        await session.ExecuteAsync($"INSERT INTO pgml.deployments (project_id, model_id, strategy, seq) SELECT project_id, id, 'specific', 1000 FROM pgml.models WHERE id = {second}");
        await other.ExecuteAsync("SELECT txid_current()");
        (await session.ScalarAsync<float>("SELECT ask_site()")).ShouldBe(20f, 0.01);

        await session.ExecuteAsync("ROLLBACK TO a");

        (await session.ScalarAsync<float>("SELECT ask_site()")).ShouldBe(10f, 0.01);
    }

    [Fact]
    public async Task A_savepoint_rolled_back_returns_to_the_model_before_it()
    {
        await using var session = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync("savepoint");
        await session.ExecuteAsync("BEGIN");
        var before = await session.ScalarAsync<long>(CountAll);
        await session.ExecuteAsync("SAVEPOINT a");
        await session.ExecuteAsync("SELECT pgml.train('savepoint', 'regression', 'line_3', 'y')");
        await session.DeployAsync(await session.LastModelAsync("savepoint"));
        (await session.SlopeAsync("savepoint")).ShouldBe(3);

        await session.ExecuteAsync("ROLLBACK TO a");

        (await session.SlopeAsync("savepoint")).ShouldBe(1);
        (await session.ScalarAsync<long>(CountAll)).ShouldBe(before);
        await session.DeployAsync(second);
        await session.ExecuteAsync("SAVEPOINT b");
        await session.DeployAsync(first);
        (await session.SlopeAsync("savepoint")).ShouldBe(1);
        await session.ExecuteAsync("ROLLBACK TO b");
        (await session.SlopeAsync("savepoint")).ShouldBe(2);
        await session.ExecuteAsync("RELEASE a; COMMIT");
        (await session.SlopeAsync("savepoint")).ShouldBe(2);
    }

    [Fact]
    public async Task A_released_savepoint_keeps_its_training()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN; SAVEPOINT a");
        await session.TrainAndDeployLineAsync("released", 4);
        await session.ExecuteAsync("RELEASE a");
        (await session.SlopeAsync("released")).ShouldBe(4);

        await session.ExecuteAsync("COMMIT");

        (await session.SlopeAsync("released")).ShouldBe(4);
    }

    [Fact]
    public async Task A_deployment_rolled_back_answers_as_before_in_every_session()
    {
        await using var own = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (_, second) = await own.TrainTwoLinesAsync("deployment");
        await own.ExecuteAsync("BEGIN");
        await own.DeployAsync(second);
        (await own.SlopeAsync("deployment")).ShouldBe(2);
        (await other.SlopeAsync("deployment")).ShouldBe(1);

        await own.ExecuteAsync("ROLLBACK");

        (await own.SlopeAsync("deployment")).ShouldBe(1);
        (await other.SlopeAsync("deployment")).ShouldBe(1);
    }

    [Fact]
    public async Task Rows_inserted_in_the_same_transaction_are_trained_on()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE grows AS SELECT * FROM line_1 WHERE x <= 20");
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("DELETE FROM grows; INSERT INTO grows SELECT * FROM line_5");

        await session.ExecuteAsync("SELECT pgml.train('grows', 'regression', 'grows', 'y')");

        (await session.SlopeAsync("grows")).ShouldBe(5);
        (await session.ScalarAsync<long>("SELECT rows FROM pgml.runs WHERE model_id = $1", await session.LastModelAsync("grows"))).ShouldBe(40);
        await session.ExecuteAsync("COMMIT");
        (await session.SlopeAsync("grows")).ShouldBe(5);
    }

    [Fact]
    public async Task A_table_made_in_the_same_transaction_is_trained_on()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN; CREATE TABLE fresh AS SELECT x, 2 * x AS y FROM line_1");

        await session.ExecuteAsync("SELECT pgml.train('fresh', 'regression', 'fresh', 'y')");

        (await session.SlopeAsync("fresh")).ShouldBe(2);
        await session.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task Two_trainings_in_one_transaction_each_answer_and_both_stay()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.TrainAndDeployLineAsync("pair a", 1);
        await session.TrainAndDeployLineAsync("pair b", 2);
        await session.TrainAndDeployLineAsync("pair a", 3);

        (await session.SlopeAsync("pair a")).ShouldBe(3);
        (await session.SlopeAsync("pair b")).ShouldBe(2);
        await session.ExecuteAsync("COMMIT");
        (await session.SlopeAsync("pair a")).ShouldBe(3);
        (await session.SlopeAsync("pair b")).ShouldBe(2);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name LIKE 'pair %'")).ShouldBe(3);
    }

    [Fact]
    public async Task Two_trainings_in_one_statement_are_two_models()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train('both ' || s, 'regression', 'line_' || s, 'y') FROM generate_series(1, 2) AS s");

        (await session.SlopeAsync("both 1")).ShouldBe(1);
        (await session.SlopeAsync("both 2")).ShouldBe(2);
    }
}
