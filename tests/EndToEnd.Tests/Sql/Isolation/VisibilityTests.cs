using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Isolation;

/// <summary>A deployment is data: other sessions see it when, and only when, their isolation level says so. The two holes of design.md §6 are here.</summary>
public sealed class VisibilityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Read_committed_sees_a_deployment_with_its_next_statement()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (first, second) = await writer.TrainTwoLinesAsync("next statement");
        (await reader.SlopeAsync("next statement")).ShouldBe(1);

        for (var round = 0; round < 20; round++)
        {
            await writer.DeployAsync(round % 2 == 0 ? second : first);
            (await reader.SlopeAsync("next statement")).ShouldBe(round % 2 == 0 ? 2 : 1, $"round {round}");
        }
    }

    [Fact]
    public async Task Read_committed_within_BEGIN_sees_it_though_the_statement_takes_no_new_lock()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (first, second) = await writer.TrainTwoLinesAsync("no lock");
        await reader.ExecuteAsync("PREPARE ask AS SELECT round(pgml.predict('no lock', ARRAY[10]::real[]))");
        await reader.ExecuteAsync("BEGIN");
        (await reader.ScalarAsync<double>("EXECUTE ask")).ShouldBe(10);
        (await reader.ScalarAsync<double>("EXECUTE ask")).ShouldBe(10);

        for (var round = 0; round < 10; round++)
        {
            await writer.DeployAsync(round % 2 == 0 ? second : first);
            (await reader.ScalarAsync<double>("EXECUTE ask")).ShouldBe(round % 2 == 0 ? 20 : 10, $"round {round}");
        }
        await reader.ExecuteAsync("COMMIT");
    }

    [Fact]
    public async Task An_uncommitted_deployment_is_seen_by_nobody_else()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (_, second) = await writer.TrainTwoLinesAsync("uncommitted");
        await writer.ExecuteAsync("BEGIN");
        await writer.DeployAsync(second);

        (await writer.SlopeAsync("uncommitted")).ShouldBe(2);
        (await reader.SlopeAsync("uncommitted")).ShouldBe(1);
        (await reader.SlopeAsync("uncommitted")).ShouldBe(1);
        await writer.ExecuteAsync("COMMIT");
        (await reader.SlopeAsync("uncommitted")).ShouldBe(2);
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task One_snapshot_keeps_its_model_to_the_end_of_the_transaction(string level)
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (_, second) = await writer.TrainTwoLinesAsync(level);
        await reader.SlopeAsync(level);
        await reader.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        (await reader.SlopeAsync(level)).ShouldBe(1);

        await writer.DeployAsync(second);
        await writer.TrainAndDeployLineAsync($"after {level}", 3);

        (await reader.SlopeAsync(level)).ShouldBe(1);
        await reader.ExecuteAsync("SELECT count(*) FROM line_2");
        (await reader.SlopeAsync(level)).ShouldBe(1);
        await reader.ExecuteAsync("SAVEPOINT a");
        await reader.FailAsync("42704", "SELECT pgml.predict($1, ARRAY[1]::real[])", $"after {level}");
        await reader.ExecuteAsync("ROLLBACK TO a; COMMIT");
        (await reader.SlopeAsync(level)).ShouldBe(2);
        (await reader.SlopeAsync($"after {level}")).ShouldBe(3);
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task One_snapshot_sees_its_own_deployments(string level)
    {
        await using var session = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync($"own {level}");
        await session.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");

        await session.DeployAsync(second);
        (await session.SlopeAsync($"own {level}")).ShouldBe(2);
        await session.DeployAsync(first);
        (await session.SlopeAsync($"own {level}")).ShouldBe(1);
        await session.ExecuteAsync("COMMIT");
    }

    [Fact]
    public async Task A_fill_by_an_old_snapshot_after_the_invalidation_was_consumed_is_not_kept()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (_, second) = await writer.TrainTwoLinesAsync("late fill");
        await reader.ExecuteAsync("BEGIN");
        await reader.ExecuteAsync("DECLARE late CURSOR FOR SELECT round(pgml.predict('late fill', ARRAY[x]) / x) FROM line_1");
        await writer.DeployAsync(second);
        // A lock of a table not used before: the invalidation is consumed here, before the cursor fills the cache from its old snapshot.
        await reader.ExecuteAsync("SELECT count(*) FROM line_3");

        (await reader.ColumnAsync<double>("FETCH 1 FROM late")).ShouldBe([1]);

        (await reader.SlopeAsync("late fill")).ShouldBe(2);
        await reader.ExecuteAsync("COMMIT");
        (await reader.SlopeAsync("late fill")).ShouldBe(2);
    }

    [Fact]
    public async Task A_statement_that_waited_for_a_deployment_keeps_its_snapshot_and_the_next_one_does_not()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (_, second) = await writer.TrainTwoLinesAsync("waited");
        await writer.ExecuteAsync("SELECT pg_advisory_lock(78)");
        var answer = reader.ScalarAsync<double>(
            "SELECT round(pgml.predict('waited', ARRAY[10]::real[])) FROM (SELECT pg_advisory_lock(78) AS held OFFSET 0) AS l WHERE held::text = ''");
        await Wait.UntilAsync("the statement waits for the lock", () => writer.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)", reader.Pid));

        await writer.DeployAsync(second);
        await writer.ExecuteAsync("SELECT pg_advisory_unlock(78)");

        (await answer).ShouldBe(10);
        (await reader.SlopeAsync("waited")).ShouldBe(2);
    }

    [Fact]
    public async Task One_statement_never_mixes_models()
    {
        await using var reader = await database.OpenAsync();
        await using var writer = await database.OpenAsync();
        var (first, second) = await writer.TrainTwoLinesAsync("no mix");
        using var over = new CancellationTokenSource();
        var deploying = Task.Run(async () =>
        {
            for (var round = 0; !over.IsCancellationRequested; round++)
            {
                await writer.DeployAsync(round % 2 == 0 ? second : first);
            }
        }, TestContext.Current.CancellationToken);

        for (var i = 0; i < 100; i++)
        {
            (await reader.ScalarAsync<long>("SELECT count(DISTINCT round(pgml.predict('no mix', ARRAY[x]) / x)) FROM line_1, generate_series(1, 200)")).ShouldBe(1);
        }

        await over.CancelAsync();
        await deploying;
    }
}
