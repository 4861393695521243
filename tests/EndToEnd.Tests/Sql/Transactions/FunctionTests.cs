using Shouldly;
using Xunit;

namespace Graincast.Sql.Transactions;

/// <summary>Training and predicting from PL/pgSQL, prepared statements and cursors.</summary>
public sealed class FunctionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_DO_block_trains_and_predicts()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("""
            DO $$ BEGIN
                PERFORM pgml.train('block', 'regression', 'line_2', 'y');
                ASSERT round(pgml.predict('block', ARRAY[10]::real[])) = 20;
            END $$
            """);

        (await session.SlopeAsync("block")).ShouldBe(2);
    }

    [Fact]
    public async Task A_failed_training_is_caught_and_the_function_goes_on()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE VIEW broken AS SELECT x, NULLIF(y, 30) AS y FROM line_1; CREATE VIEW bursts AS SELECT x, 1 / (x - 30)::int AS y FROM line_1");
        await session.ExecuteAsync("""
            CREATE FUNCTION train_first_good(relations text[]) RETURNS text[] LANGUAGE plpgsql AS $$
            DECLARE relation text; failures text[] = '{}';
            BEGIN
                FOREACH relation IN ARRAY relations LOOP
                    BEGIN
                        PERFORM pgml.train('caught', 'regression', relation, 'y');
                        RETURN failures || relation;
                    EXCEPTION WHEN OTHERS THEN failures = failures || SQLSTATE;
                    END;
                END LOOP;
                RETURN failures;
            END $$
            """);

        (await session.ScalarAsync<string[]>("SELECT train_first_good(ARRAY['broken', 'nowhere', 'bursts', 'line_4', 'line_1'])"))
            .ShouldBe(["22004", "42P01", "22012", "line_4"]);
        (await session.SlopeAsync("caught")).ShouldBe(4);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'caught'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_loop_in_PLpgSQL_hears_of_its_own_deployments()
    {
        await using var session = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync("loop");
        await session.ExecuteAsync("""
            CREATE FUNCTION answers(models bigint[]) RETURNS real[] LANGUAGE plpgsql AS $$
            DECLARE model bigint; answers real[] = '{}';
            BEGIN
                FOREACH model IN ARRAY models LOOP
                    PERFORM pgml.deploy(model);
                    answers = answers || round(pgml.predict('loop', ARRAY[10]::real[]))::real;
                END LOOP;
                RETURN answers;
            END $$
            """);

        (await session.ScalarAsync<float[]>("SELECT answers(ARRAY[$2, $1, $2, $2, $1])", first, second)).ShouldBe([20f, 10f, 20f, 20f, 10f]);
    }

    [Fact]
    public async Task A_loop_in_PLpgSQL_hears_of_other_sessions_deployments()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("watch");
        await other.ExecuteAsync("SELECT pg_advisory_lock(77)");
        await session.ExecuteAsync("""
            CREATE FUNCTION before_and_after() RETURNS real[] LANGUAGE plpgsql AS $$
            DECLARE before real;
            BEGIN
                before = pgml.predict('watch', ARRAY[10]::real[]);
                PERFORM pg_advisory_lock(77);
                RETURN ARRAY[round(before)::real, round(pgml.predict('watch', ARRAY[10]::real[]))::real];
            END $$
            """);
        var answers = session.ScalarAsync<float[]>("SELECT before_and_after()");
        await Servers.Wait.UntilAsync("the function waits for the lock", () => other.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)", session.Pid));

        await other.DeployAsync(second);
        await other.ExecuteAsync("SELECT pg_advisory_unlock(77)");

        (await answers).ShouldBe([10f, 20f]);
    }

    [Theory]
    [InlineData("force_generic_plan")]
    [InlineData("force_custom_plan")]
    public async Task A_prepared_statement_answers_with_the_model_deployed_since(string mode)
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync(mode);
        await session.ExecuteAsync($"SET plan_cache_mode = {mode}");
        await session.ExecuteAsync($"PREPARE ask (real) AS SELECT round(pgml.predict('{mode}', ARRAY[$1]))");
        await session.ExecuteAsync($"PREPARE constant AS SELECT round(pgml.predict('{mode}', ARRAY[10]::real[]))");

        foreach (var (model, answer) in new[] { (second, 20d), (first, 10d), (second, 20d) })
        {
            await other.DeployAsync(model);
            (await session.ScalarAsync<double>("EXECUTE ask(10)")).ShouldBe(answer);
            (await session.ScalarAsync<double>("EXECUTE constant")).ShouldBe(answer);
        }
    }

    [Fact]
    public async Task A_cursor_keeps_the_model_it_was_opened_with()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("cursor");
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("DECLARE begun CURSOR FOR SELECT round(pgml.predict('cursor', ARRAY[x]) / x) FROM line_1");
        await session.ExecuteAsync("DECLARE opened CURSOR FOR SELECT round(pgml.predict('cursor', ARRAY[x]) / x) FROM line_1");
        (await session.ColumnAsync<double>("FETCH 2 FROM begun")).ShouldBe([1, 1]);

        await other.DeployAsync(second);

        (await session.SlopeAsync("cursor")).ShouldBe(2);
        (await session.ColumnAsync<double>("FETCH 2 FROM begun")).ShouldBe([1, 1]);
        (await session.ColumnAsync<double>("FETCH 2 FROM opened")).ShouldBe([1, 1]);
        (await session.SlopeAsync("cursor")).ShouldBe(2);
        await session.ExecuteAsync("COMMIT");
        (await session.SlopeAsync("cursor")).ShouldBe(2);
    }

    [Fact]
    public async Task A_cursor_keeps_its_model_through_a_deployment_of_its_own_transaction()
    {
        await using var session = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("own cursor");
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("DECLARE opened CURSOR FOR SELECT round(pgml.predict('own cursor', ARRAY[x]) / x) FROM line_1");
        (await session.ColumnAsync<double>("FETCH 1 FROM opened")).ShouldBe([1]);

        await session.DeployAsync(second);

        (await session.SlopeAsync("own cursor")).ShouldBe(2);
        (await session.ColumnAsync<double>("FETCH 2 FROM opened")).ShouldBe([1, 1]);
        await session.ExecuteAsync("COMMIT");
    }
}
