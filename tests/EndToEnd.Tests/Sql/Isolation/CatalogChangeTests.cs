using Shouldly;
using Xunit;

namespace Graincast.Sql.Isolation;

/// <summary>Whatever changes the catalog, by whatever way, is heard by sessions that have the old row in their cache. Alone in its database: it truncates.</summary>
public sealed class CatalogChangeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("DELETE FROM pgml.deployments", "55000")]
    [InlineData("DELETE FROM pgml.models", "55000")]
    [InlineData("DELETE FROM pgml.projects", "42704")]
    [InlineData("UPDATE pgml.projects SET name = 'another ' || name", "42704")]
    [InlineData("TRUNCATE pgml.deployments", "55000")]
    [InlineData("TRUNCATE pgml.models CASCADE", "55000")]
    [InlineData("TRUNCATE pgml.projects CASCADE", "42704")]
    [InlineData("SET session_replication_role = replica; DELETE FROM pgml.deployments", "55000")]
    [InlineData("SET session_replication_role = replica; UPDATE pgml.projects SET name = 'another ' || name", "42704")]
    [InlineData("SET session_replication_role = replica; TRUNCATE pgml.deployments", "55000")]
    public async Task A_change_by_hand_is_noticed_at_once(string change, string sqlState)
    {
        await using var reader = await database.OpenAsync();
        await using var inBlock = await database.OpenAsync();
        await using var superuser = await database.OpenAsync();
        var project = $"noticed {Guid.NewGuid()}";
        await superuser.TrainAndDeployLineAsync(project, 1);
        // TRUNCATE would wait for the end of the block: whoever predicted in it holds a lock on the tables.
        await inBlock.ExecuteAsync(change.Contains("TRUNCATE", StringComparison.Ordinal) ? "SELECT" : "BEGIN");
        (await reader.SlopeAsync(project)).ShouldBe(1);
        (await reader.SlopeAsync(project)).ShouldBe(1);
        (await inBlock.SlopeAsync(project)).ShouldBe(1);

        await superuser.ExecuteAsync(change);

        await reader.FailAsync(sqlState, "SELECT pgml.predict($1, ARRAY[10]::real[])", project);
        await inBlock.FailAsync(sqlState, "SELECT pgml.predict($1, ARRAY[10]::real[])", project);
        await superuser.FailAsync(sqlState, "SELECT pgml.predict($1, ARRAY[10]::real[])", project);
    }

    [Fact]
    public async Task Another_model_set_by_hand_answers_at_once()
    {
        await using var reader = await database.OpenAsync();
        await using var superuser = await database.OpenAsync();
        var (first, second) = await superuser.TrainTwoLinesAsync("by hand");
        (await reader.SlopeAsync("by hand")).ShouldBe(1);
        (await reader.ScalarAsync<float>("SELECT pgml.predict($1::bigint, ARRAY[10]::real[])", first)).ShouldBe(10f, 0.01);

        await superuser.ExecuteAsync("UPDATE pgml.deployments SET model_id = $1 WHERE model_id = $2", second, first);

        (await reader.SlopeAsync("by hand")).ShouldBe(2);
        await superuser.ExecuteAsync("DELETE FROM pgml.models WHERE id = $1", first);
        await reader.FailAsync("42704", "SELECT pgml.predict($1::bigint, ARRAY[10]::real[])", first);
    }

    [Fact]
    public async Task A_project_deleted_and_trained_anew_answers_with_the_new_model()
    {
        await using var reader = await database.OpenAsync();
        await using var superuser = await database.OpenAsync();
        await superuser.TrainAndDeployLineAsync("reborn", 1);
        (await reader.SlopeAsync("reborn")).ShouldBe(1);

        await superuser.ExecuteAsync("DELETE FROM pgml.projects WHERE name = 'reborn'");
        await superuser.TrainAndDeployLineAsync("reborn", 5);

        (await reader.SlopeAsync("reborn")).ShouldBe(5);
    }

    [Fact]
    public async Task A_parallel_worker_predicts_the_same()
    {
        await using var session = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("parallel");
        await session.ExecuteAsync("SET force_parallel_mode = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0");
        const string Ask = "SELECT sum(pgml.predict('parallel', l)) FROM line_1 l";
        string.Join('\n', await session.ColumnAsync<string>($"EXPLAIN {Ask}")).ShouldContain("Gather");

        (await session.ScalarAsync<float>(Ask)).ShouldBe(820f, 0.5);
        (await session.ScalarAsync<float>("SELECT sum(b) FROM pgml.predict_batch('parallel', ARRAY[1, 2, 3]::real[]) AS b")).ShouldBe(6f, 0.1);

        // Within the transaction that deploys: the workers see what the leader sees.
        await session.ExecuteAsync("BEGIN");
        await session.DeployAsync(second);
        (await session.ScalarAsync<float>(Ask)).ShouldBe(1640f, 0.5);
        await session.ExecuteAsync("ROLLBACK");
        (await session.ScalarAsync<float>(Ask)).ShouldBe(820f, 0.5);
        await session.DeployAsync(second);
        (await session.ScalarAsync<float>(Ask)).ShouldBe(1640f, 0.5);
    }

    [Fact]
    public async Task A_parallel_worker_raises_the_same_errors()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("parallel errors", 1);
        await session.ExecuteAsync("SET force_parallel_mode = on");

        await session.RefuseAsync("42704", "nobody", "SELECT pgml.predict('nobody', l) FROM line_1 l");
        await session.RefuseAsync("22023", "1 features, 2", "SELECT pgml.predict('parallel errors', ARRAY[x, y]) FROM line_1");
        (await session.ScalarAsync<float>("SELECT sum(pgml.predict('parallel errors', l)) FROM line_1 l")).ShouldBe(820f, 0.5);
    }
}
