using Graincast.Projects;
using Graincast.Servers;
using Graincast.Sql;
using Shouldly;
using Xunit;
using Session = Graincast.Sql.Session;

namespace Graincast.Security;

/// <summary>Trainings that a real Orleans client asks a real silo for.</summary>
public sealed class ClientTrainingTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private SdkClient _client = null!;
    private Session _session = null!;
    private string _role = "";
    private string _token = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _role = await database.CreateRoleAsync("sdk");
        _session = await database.OpenAsync(_role);
        _token = await _session.ScalarAsync<string>("SELECT pgml.client_token()");
        _client = await SdkClient.ConnectAsync(database.Server);
        await _session.ExecuteAsync($"GRANT USAGE ON SCHEMA {_role} TO graincast");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _session.DisposeAsync();
    }

    [Fact]
    public async Task A_training_tells_its_progress_and_then_the_model_that_is_committed()
    {
        var updates = await TrainAsync("first", new TrainingRequest
        {
            Task = "classification",
            Relation = "pgml.iris",
            Label = "target",
            Algorithm = "lightgbm",
            Hyperparams = """{"n_estimators": 5}""",
            Preprocess = """{"petal_length": {"scale": "standard"}}""",
            TestSize = 0.3f,
            TestSampling = "random",
            AutomaticDeploy = true,
        });

        var model = updates[^1].Model.ShouldNotBeNull();
        updates.Count.ShouldBeGreaterThan(2);
        updates.SkipLast(1).ShouldAllBe(update => update.Model == null && update.Text.Length > 0);
        (model.Algorithm, model.IsDeployed).ShouldBe(("lightgbm", true));
        model.Metrics.ShouldContain("\"f1\"");
        (await _session.RowsAsync("""
            SELECT m.id, p.owner::text, s.test_size, s.test_sampling::text, m.hyperparams ->> 'n_estimators' FROM pgml.models m
            JOIN pgml.projects p ON p.id = m.project_id JOIN pgml.snapshots s ON s.id = m.snapshot_id WHERE p.name = 'first'
            """)).ShouldHaveSingleItem().ShouldBe([model.Id, _role, 0.3f, "random", "5"]);

        var again = (await TrainAsync("first", new TrainingRequest { AutomaticDeploy = false }))[^1].Model.ShouldNotBeNull();
        (again.Algorithm, again.IsDeployed).ShouldBe(("linear", false));
    }

    [Fact]
    public async Task Errors_are_those_of_SQL()
    {
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("stranger"));
        await stranger.TrainLineAsync("strangers", 1);
        await _session.ExecuteAsync($"CREATE TABLE {_role}.own AS SELECT * FROM line_1");

        (await FailAsync("strangers", new TrainingRequest())).ShouldSatisfyAllConditions(
            error => error.SqlState.ShouldBe(SqlState.InsufficientPrivilege), error => error.Hint.ShouldContain("belongs to role"));
        (await FailAsync("new", new TrainingRequest())).ShouldSatisfyAllConditions(
            error => error.SqlState.ShouldBe(SqlState.InvalidParameter), error => error.Hint.ShouldContain("Give task"));
        (await FailAsync("new", Line() with { Relation = $"{_role}.own" })).ShouldSatisfyAllConditions(
            error => error.SqlState.ShouldBe(SqlState.InsufficientPrivilege), error => error.Hint.ShouldContain($"GRANT SELECT ON {_role}.own TO graincast"));
        (await FailAsync("new", Line() with { Algorithm = "linear'); DROP TABLE line_1; --" })).SqlState.ShouldBe("22P02");
        (await FailAsync("new", Line() with { Hyperparams = "{" })).SqlState.ShouldBe("22P02");
        (await FailAsync("new", Line() with { Hyperparams = """{"nope": 1}""" })).ShouldSatisfyAllConditions(
            error => error.SqlState.ShouldBe(SqlState.InvalidParameter), error => error.Hint.Length.ShouldBeGreaterThan(0));
        (await FailAsync("new", Line() with { Relation = "no_such_table" })).SqlState.ShouldBe("42P01");
        (await _session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'new'")).ShouldBe(0);

        await _session.ExecuteAsync($"GRANT SELECT ON {_role}.own TO graincast");
        (await TrainAsync("new", Line() with { Relation = $"{_role}.own" }))[^1].Model.ShouldNotBeNull();
    }

    [Fact]
    public async Task Row_level_security_is_that_of_the_role()
    {
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"""
            CREATE TABLE tenants AS SELECT x, y, CASE WHEN x <= 20 THEN '{_role}' ELSE 'other' END AS tenant FROM line_1;
            ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON tenants USING (tenant = current_user);
            CREATE POLICY silo ON tenants TO graincast USING (true);
            CREATE VIEW tenant_rows WITH (security_invoker) AS SELECT x, y FROM tenants;
            GRANT SELECT ON tenants, tenant_rows TO PUBLIC
            """);

        var model = (await TrainAsync("tenant", Line() with { Relation = "tenant_rows" }))[^1].Model.ShouldNotBeNull();

        (await _session.ScalarAsync<long>("SELECT rows FROM pgml.runs WHERE model_id = $1", model.Id)).ShouldBe(20);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_client_that_leaves_cancels_the_statement(bool byToken)
    {
        // Orleans forgets an enumeration that nobody asks for after a minute.
        Assert.SkipUnless(byToken || Environment.GetEnvironmentVariable("GRAINCAST_SOAK") is { Length: > 0 }, "takes a minute: GRAINCAST_SOAK=1");
        var gate = byToken ? 11 : 12;
        await using var gatekeeper = await database.OpenAsync();
        await gatekeeper.ExecuteAsync($"""
            CREATE FUNCTION pass_{gate}() RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({gate}); RETURN true; END $$;
            CREATE VIEW gated_{gate} AS SELECT x, y FROM line_1 WHERE pass_{gate}();
            GRANT SELECT ON gated_{gate} TO PUBLIC;
            SELECT pg_advisory_lock({gate})
            """);
        using var cancel = new CancellationTokenSource();
        var updates = _client.Project(database.Name, $"gated {gate}", _token).TrainAsync(Line() with { Relation = $"gated_{gate}" }, cancel.Token).GetAsyncEnumerator(cancel.Token);
        var next = updates.MoveNextAsync().AsTask();
        var active = $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'graincast' AND query LIKE '%pgml.train(%' AND state = 'active'";
        await Wait.UntilAsync("the statement waits at the gate", async () => await gatekeeper.ScalarAsync<long>(active) == 1);

        if (byToken)
        {
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => next);
            await updates.DisposeAsync();
        }
        else
        {
            // Gone without a word, as a process that was killed.
            await _client.DisposeAsync();
            _client = await SdkClient.ConnectAsync(database.Server);
        }

        await Wait.UntilAsync("the statement is cancelled", async () => await gatekeeper.ScalarAsync<long>(active) == 0, TimeSpan.FromSeconds(byToken ? 30 : 120));
        (await gatekeeper.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = $1", $"gated {gate}")).ShouldBe(0);
    }

    private static TrainingRequest Line() => new() { Task = "regression", Relation = "line_1", Label = "y" };

    private Task<List<TrainingUpdate>> TrainAsync(string project, TrainingRequest request) =>
        _client.Project(database.Name, project, _token).TrainAsync(request, Cancellation).ToListAsync(Cancellation).AsTask();

    private Task<GraincastException> FailAsync(string project, TrainingRequest request) => Should.ThrowAsync<GraincastException>(() => TrainAsync(project, request));
}
