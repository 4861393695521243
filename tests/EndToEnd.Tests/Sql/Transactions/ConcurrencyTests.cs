using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Transactions;

/// <summary>Several sessions train and deploy at once.</summary>
public sealed class ConcurrencyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Two_first_trainings_at_once_make_one_project_with_both_models()
    {
        await using var one = await database.OpenAsync();
        await using var two = await database.OpenAsync();

        await Task.WhenAll(
            one.ExecuteAsync("SELECT pgml.train('race', 'regression', 'line_1', 'y')"),
            two.ExecuteAsync("SELECT pgml.train('race', 'regression', 'line_2', 'y')"));

        (await one.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'race'")).ShouldBe(1);
        (await one.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'race'")).ShouldBe(2);
        (await one.SlopeAsync("race")).ShouldBe(await two.SlopeAsync("race"));
    }

    [Fact]
    public async Task A_first_training_waits_for_another_that_may_yet_be_rolled_back()
    {
        await using var one = await database.OpenAsync();
        await using var two = await database.OpenAsync();
        await one.ExecuteAsync("BEGIN");
        await one.ExecuteAsync("SELECT pgml.train('waits', 'regression', 'line_1', 'y')");
        var waiting = two.ExecuteAsync("SELECT pgml.train('waits', 'regression', 'line_2', 'y')");
        await Wait.UntilAsync("the second training waits for the first", () => one.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)", two.Pid));

        await one.ExecuteAsync("ROLLBACK");
        await waiting;

        (await one.SlopeAsync("waits")).ShouldBe(2);
        (await one.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'waits'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_first_training_in_an_old_snapshot_is_a_serialization_failure_not_a_second_project()
    {
        await using var one = await database.OpenAsync();
        await using var two = await database.OpenAsync();
        await one.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM line_1");
        await two.TrainAndDeployLineAsync("old snapshot", 2);

        await one.FailAsync("40001", "SELECT pgml.train('old snapshot', 'regression', 'line_1', 'y')");
        await one.ExecuteAsync("ROLLBACK");

        (await one.SlopeAsync("old snapshot")).ShouldBe(2);
    }

    [Fact]
    public async Task Deployments_at_once_are_numbered_without_gaps_or_twins()
    {
        await using var setup = await database.OpenAsync();
        var (first, second) = await setup.TrainTwoLinesAsync("numbered");
        const int Sessions = 4;
        const int Each = 10;

        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async i =>
        {
            await using var session = await database.OpenAsync();
            for (var n = 0; n < Each; n++)
            {
                await session.DeployAsync((i + n) % 2 == 0 ? first : second);
                await session.SlopeAsync("numbered");
            }
        }));

        var numbers = await setup.ColumnAsync<long>(
            "SELECT seq FROM pgml.deployments d JOIN pgml.projects p ON p.id = d.project_id WHERE p.name = 'numbered' ORDER BY seq");
        numbers.ShouldBe(Enumerable.Range(1, (Sessions * Each) + 1).Select(n => (long)n));
        var last = await setup.ScalarAsync<long>("SELECT id FROM pgml.deployed_models WHERE name = 'numbered'");
        (await setup.SlopeAsync("numbered")).ShouldBe(last == first ? 1 : 2);
    }
}
