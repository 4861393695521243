using Shouldly;
using Xunit;

namespace Graincast.Sql.Deploying;

/// <summary>Models and projects are deleted with all that belongs to them, in their owner's transaction.</summary>
public sealed class DropTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string CountAll = """
        SELECT concat_ws(' ', (SELECT count(*) FROM pgml.projects), (SELECT count(*) FROM pgml.models), (SELECT count(*) FROM pgml.snapshots),
            (SELECT count(*) FROM pgml.deployments), (SELECT count(*) FROM pgml.files), (SELECT count(*) FROM pgml.runs), (SELECT count(*) FROM pgml.sources))
        """;

    [Fact]
    public async Task A_dropped_model_is_gone_with_its_image_and_the_deployed_one_answers_on()
    {
        await using var session = await database.OpenAsync();
        var before = await session.ScalarAsync<string>(CountAll);
        var kept = await session.TrainAndDeployLineAsync("trimmed", 1);
        var with = await session.ScalarAsync<string>(CountAll);
        var dropped = await session.TrainLineAsync("trimmed", 2);

        await session.ExecuteAsync("SELECT pgml.drop_model(model_id => $1)", dropped);

        (await session.ScalarAsync<string>(CountAll)).ShouldBe(with);
        (await session.SlopeAsync("trimmed")).ShouldBe(1);
        await session.RefuseAsync("42704", $"{dropped}", "SELECT pgml.predict($1::bigint, ARRAY[1]::real[])", dropped);
        await session.RefuseAsync("42704", $"{dropped}", "SELECT pgml.deploy($1)", dropped);
        await session.RefuseAsync("42704", $"{dropped}", "SELECT pgml.drop_model($1)", dropped);
        await session.ExecuteAsync("SELECT pgml.drop_project(project_name => 'trimmed')");
        (await session.ScalarAsync<string>(CountAll)).ShouldBe(before);
        await session.RefuseAsync("42704", $"{kept}", "SELECT pgml.predict($1::bigint, ARRAY[1]::real[])", kept);
    }

    [Fact]
    public async Task The_deployed_model_is_dropped_only_after_another_is_deployed()
    {
        await using var session = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync("busy");

        (await session.RefuseAsync("55006", "busy", "SELECT pgml.drop_model($1)", first)).MessageText.ShouldContain($"{first}");
        (await session.SlopeAsync("busy")).ShouldBe(1);
        await session.DeployAsync(second);
        await session.ExecuteAsync("SELECT pgml.drop_model($1)", first);

        (await session.SlopeAsync("busy")).ShouldBe(2);
        await session.RefuseAsync("42704", "busy", "SELECT pgml.deploy('busy', 'rollback')");
        await session.RefuseAsync("55006", "busy", "SELECT pgml.drop_model($1)", second);
        await session.TrainAndDeployLineAsync("busy", 3);
        (await session.SlopeAsync("busy")).ShouldBe(3);
    }

    [Fact]
    public async Task A_project_is_dropped_with_its_feature_source_and_a_new_one_may_have_its_name_and_another_owner()
    {
        var role = await database.CreateRoleAsync("dropper");
        await using var superuser = await database.OpenAsync();
        await using var owner = await database.OpenAsync(role);
        var before = await superuser.ScalarAsync<string>(CountAll);
        await owner.ExecuteAsync($"CREATE TABLE {role}.keyed (id int PRIMARY KEY, x real, y real); INSERT INTO {role}.keyed SELECT i, i, 2 * i FROM generate_series(1, 40) i");
        await superuser.ExecuteAsync($"GRANT USAGE ON SCHEMA {role} TO graincast; GRANT SELECT ON {role}.keyed TO graincast");
        await owner.TrainTwoLinesAsync("sourced");
        await owner.ExecuteAsync($"SELECT pgml.create_feature_source('sourced', '{role}.keyed')");

        await owner.ExecuteAsync("SELECT pgml.drop_project('sourced')");

        (await superuser.ScalarAsync<string>(CountAll)).ShouldBe(before);
        await owner.RefuseAsync("42704", "sourced", "SELECT pgml.predict_by_key('sourced', 1)");
        await owner.RefuseAsync("42704", "sourced", "SELECT pgml.predict('sourced', ARRAY[1]::real[])");
        await superuser.TrainAndDeployLineAsync("sourced", 4);
        (await superuser.SlopeAsync("sourced")).ShouldBe(4);
        await owner.RefuseAsync("42501", "sourced", "SELECT pgml.drop_project('sourced')");
    }

    [Fact]
    public async Task A_snapshot_that_another_project_names_stays()
    {
        await using var session = await database.OpenAsync();
        await session.TrainLineAsync("shares", 1);
        await session.TrainAndDeployLineAsync("shared with", 2);
        await session.ExecuteAsync("""
            UPDATE pgml.models SET snapshot_id = (SELECT snapshot_id FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'shares')
            WHERE project_id = (SELECT id FROM pgml.projects WHERE name = 'shared with')
            """);

        await session.ExecuteAsync("SELECT pgml.drop_project('shares')");

        (await session.ScalarAsync<string>("SELECT relation_name FROM pgml.overview WHERE name = 'shared with'")).ShouldBe("public.line_1");
    }

    [Fact]
    public async Task Only_this_transaction_sees_it_before_COMMIT_and_a_rollback_keeps_everything()
    {
        await using var own = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        var (_, second) = await own.TrainTwoLinesAsync("undropped");
        var before = await own.ScalarAsync<string>(CountAll);
        const string AskSecond = "SELECT round(pgml.predict($1::bigint, ARRAY[10]::real[]))";
        (await other.ScalarAsync<double>(AskSecond, second)).ShouldBe(20);

        await own.ExecuteAsync("BEGIN");
        await own.ExecuteAsync("SELECT pgml.drop_model($1)", second);
        await own.ExecuteAsync("SAVEPOINT one");
        await own.FailAsync("42704", AskSecond, second);
        await own.ExecuteAsync("ROLLBACK TO SAVEPOINT one");
        (await own.SlopeAsync("undropped")).ShouldBe(1);
        await own.ExecuteAsync("SELECT pgml.drop_project('undropped')");
        (await other.SlopeAsync("undropped")).ShouldBe(1);
        (await other.ScalarAsync<double>(AskSecond, second)).ShouldBe(20);
        await own.FailAsync("42704", "SELECT pgml.predict('undropped', ARRAY[10]::real[])");
        await own.ExecuteAsync("ROLLBACK");

        (await own.ScalarAsync<string>(CountAll)).ShouldBe(before);
        (await own.SlopeAsync("undropped")).ShouldBe(1);
        (await own.ScalarAsync<double>(AskSecond, second)).ShouldBe(20);
        await own.ExecuteAsync("SELECT pgml.drop_project('undropped')");
        await other.FailAsync("42704", "SELECT pgml.predict('undropped', ARRAY[10]::real[])");
        await other.FailAsync("42704", AskSecond, second);
    }

    [Fact]
    public async Task A_project_dropped_and_trained_anew_in_one_transaction_answers_with_the_new_model()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("anew", 1);
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("SELECT pgml.drop_project('anew')");

        await session.TrainAndDeployLineAsync("anew", 5);

        (await session.SlopeAsync("anew")).ShouldBe(5);
        await session.ExecuteAsync("COMMIT");
        (await session.SlopeAsync("anew")).ShouldBe(5);
    }

    [Fact]
    public async Task A_model_that_is_being_deployed_by_another_transaction_is_dropped_by_none()
    {
        await using var deployer = await database.OpenAsync();
        await using var dropper = await database.OpenAsync();
        var (_, second) = await deployer.TrainTwoLinesAsync("raced");
        await deployer.ExecuteAsync("BEGIN");
        await deployer.DeployAsync(second);

        var drop = dropper.FailAsync("55006", "SELECT pgml.drop_model($1)", second);
        await Servers.Wait.UntilAsync("the drop waits for the deployment", async () => await deployer.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock')", dropper.Pid));
        await deployer.ExecuteAsync("COMMIT");

        await drop;
        (await dropper.SlopeAsync("raced")).ShouldBe(2);
    }

    [Theory]
    [InlineData("42704", "nobody", "drop_project('nobody')")]
    [InlineData("42704", "4611686018427387904", "drop_model(4611686018427387904)")]
    [InlineData("22004", "project_name", "drop_project(NULL)")]
    [InlineData("22004", "model_id", "drop_model(NULL)")]
    public async Task What_cannot_be_dropped_is_named(string sqlState, string thing, string call)
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.{call}");
    }

    [Fact]
    public async Task Nothing_is_dropped_in_a_read_only_transaction()
    {
        await using var session = await database.OpenAsync();
        var (_, second) = await session.TrainTwoLinesAsync("read only");
        await session.ExecuteAsync("SET default_transaction_read_only = on");

        await session.FailAsync("25006", "SELECT pgml.drop_model($1)", second);
        await session.FailAsync("25006", "SELECT pgml.drop_project('read only')");

        (await session.SlopeAsync("read only")).ShouldBe(1);
    }
}
