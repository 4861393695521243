using Graincast.Sql;
using Shouldly;
using Xunit;
using Session = Graincast.Sql.Session;

namespace Graincast.Security;

/// <summary>The setting by which a session of the silo trains for a client's role, in anybody's hand.</summary>
public sealed class OnBehalfTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Train = "SELECT pgml.train('victims', 'regression', 'line_1', 'y')";

    private Session _session = null!;

    private Session _victim = null!;

    private string _victimRole = "";

    public async ValueTask InitializeAsync()
    {
        _victimRole = await database.CreateRoleAsync("victim");
        _session = await database.OpenAsync(await database.CreateRoleAsync("mallory"));
        _victim = await database.OpenAsync(_victimRole);
        // There is a key.
        await _session.ScalarAsync<string>("SELECT pgml.client_token()");
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _victim.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_token_of_the_silo_for_this_session_it_is_refused_and_nothing_is_written()
    {
        var before = await CountAsync();
        foreach (var token in new[]
        {
            "rubbish", ".", "postgres", new string('A', 4_000), new string('A', 5_000), "“ü”",
            await _victim.ScalarAsync<string>("SELECT pgml.client_token()"),
            await SiloKeys.SignAsync(database.Server, _victimRole, database.Name, 0),
            await SiloKeys.SignAsync(database.Server, _victimRole, database.Name, _victim.Pid),
            await SiloKeys.SignAsync(database.Server, _victimRole, "another", _session.Pid),
            await SiloKeys.SignAsync(database.Server, _victimRole, database.Name, _session.Pid, TimeSpan.FromSeconds(-6)),
            await SiloKeys.SignAsync(database.Server, _victimRole, database.Name, _session.Pid, cluster: "another"),
            await SiloKeys.SignAsync(database.Server, "nobody at all", database.Name, _session.Pid),
            await SiloKeys.SignAsync(database.Server, new string('x', 64), database.Name, _session.Pid),
        })
        {
            await _session.ScalarAsync<string>("SELECT set_config('graincast.on_behalf_of', $1, false)", token);
            (await _session.FailAsync(SqlState.InvalidAuthorization, Train)).Hint.ShouldNotBeNullOrWhiteSpace(token);
        }
        await _session.ExecuteAsync("RESET graincast.on_behalf_of");

        (await CountAsync()).ShouldBe(before);
        await _session.ExecuteAsync("SELECT pgml.train('mine', 'regression', 'line_1', 'y')");
        (await _session.ScalarAsync<bool>("SELECT owner = current_user FROM pgml.projects WHERE name = 'mine'")).ShouldBeTrue();
    }

    [Fact]
    public async Task With_one_the_project_is_the_roles_and_its_rights_count()
    {
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        await _session.ExecuteAsync("SELECT pgml.train('for victim', 'regression', 'line_2', 'y')");
        await _session.ExecuteAsync("COMMIT");

        (await _victim.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = 'for victim'")).ShouldBe(_victimRole);
        (await _victim.SlopeAsync("for victim")).ShouldBe(2);
        await _session.FailAsync(SqlState.InsufficientPrivilege, "SELECT pgml.predict('for victim', ARRAY[1]::real[])");
        await _session.ExecuteAsync("SELECT pgml.train('mallorys', 'regression', 'line_1', 'y')");
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        (await _session.RefuseAsync(SqlState.InsufficientPrivilege, "mallorys", "SELECT pgml.train('mallorys')")).Hint!.ShouldContain("belongs to role");
        await _session.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task Rows_are_read_only_if_both_the_role_and_the_silos_may()
    {
        await _victim.ExecuteAsync($"CREATE TABLE {_victimRole}.secret AS SELECT x, y FROM line_1");
        await _victim.ExecuteAsync($"GRANT USAGE ON SCHEMA {_victimRole} TO PUBLIC");
        var sql = $"SELECT pgml.train('secrets', 'regression', '{_victimRole}.secret', 'y')";
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        var mine = await _session.ScalarAsync<string>("SELECT current_user::text");
        (await _session.RefuseAsync(SqlState.InsufficientPrivilege, $"{_victimRole}.secret", sql)).Hint!.ShouldContain($"GRANT SELECT ON {_victimRole}.secret TO {mine}");
        await _session.ExecuteAsync("ROLLBACK");

        await _victim.ExecuteAsync($"GRANT SELECT ON {_victimRole}.secret TO {mine}; REVOKE SELECT ON {_victimRole}.secret FROM {_victimRole}");
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        (await _session.RefuseAsync(SqlState.InsufficientPrivilege, $"{_victimRole}.secret", sql)).Hint!.ShouldContain($"GRANT SELECT ON {_victimRole}.secret TO {_victimRole}");
        await _session.ExecuteAsync("ROLLBACK");

        await _victim.ExecuteAsync($"GRANT SELECT (x, y) ON {_victimRole}.secret TO {_victimRole}");
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        await _session.ExecuteAsync(sql);
        await _session.ExecuteAsync("COMMIT");
    }

    /// <summary>The session is the silo's in earnest: whatever a view runs as it could read the keys of all tokens.</summary>
    [Theory]
    [InlineData("PERFORM set_config('role', 'none', true)")]
    [InlineData("EXECUTE 'RESET ROLE'")]
    [InlineData("EXECUTE 'RESET SESSION AUTHORIZATION'")]
    [InlineData("EXECUTE 'CREATE TEMP TABLE left_behind (x int)'")]
    [InlineData("EXECUTE 'PREPARE left_behind AS SELECT 1'")]
    [InlineData("EXECUTE 'INSERT INTO SCHEMA.late VALUES (1)'")]
    public async Task Code_of_a_view_cannot_become_the_session_nor_leave_it_work(string attack)
    {
        var name = $"attack_{Guid.NewGuid():N}"[..16];
        await _victim.ExecuteAsync($"GRANT USAGE ON SCHEMA {_victimRole} TO PUBLIC");
        await _victim.ExecuteAsync($"""
            CREATE TABLE {_victimRole}.late (x int);
            CREATE FUNCTION {_victimRole}.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON {_victimRole}.late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {_victimRole}.late();
            CREATE FUNCTION {_victimRole}.{name}(r real) RETURNS real VOLATILE LANGUAGE plpgsql AS $f$ BEGIN {attack.Replace("SCHEMA", _victimRole, StringComparison.Ordinal)}; RETURN r; END $f$;
            CREATE VIEW {_victimRole}.{name} AS SELECT {_victimRole}.{name}(x) AS x, y FROM line_1;
            GRANT SELECT ON {_victimRole}.{name} TO PUBLIC
            """);
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();

        var error = await _session.FailAsync(SqlState.InsufficientPrivilege, $"SELECT pgml.train('attacks', 'regression', '{_victimRole}.{name}', 'y')");

        error.MessageText.ShouldContain("security");
        await _session.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task Code_of_a_view_runs_as_the_role_and_its_settings_end_with_it()
    {
        await _victim.ExecuteAsync($"""
            GRANT USAGE ON SCHEMA {_victimRole} TO PUBLIC;
            CREATE FUNCTION {_victimRole}.who(r real) RETURNS real VOLATILE LANGUAGE plpgsql AS $f$
            BEGIN PERFORM set_config('search_path', '{_victimRole}', false), set_config('application_name', current_user, false); RAISE NOTICE 'I am %', current_user; RETURN r; END $f$;
            CREATE VIEW {_victimRole}.who AS SELECT {_victimRole}.who(x) AS x, y FROM line_1;
            GRANT SELECT ON {_victimRole}.who TO PUBLIC
            """);
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        await _session.ExecuteAsync($"SELECT pgml.train('who', 'regression', '{_victimRole}.who', 'y')");

        (await _session.ScalarAsync<string>("SHOW search_path")).ShouldNotContain(_victimRole);
        (await _session.ScalarAsync<string>("SHOW application_name")).ShouldNotBe(_victimRole);
        await _session.ExecuteAsync("COMMIT");
        _session.Notices.ShouldContain($"I am {_victimRole}");
    }

    [Fact]
    public async Task It_ends_with_its_transaction_and_shows_in_no_list()
    {
        await _session.ExecuteAsync("BEGIN");
        await ActForVictimAsync();
        await _session.ExecuteAsync("COMMIT");
        await _session.ExecuteAsync("SELECT pgml.train('later', 'regression', 'line_1', 'y')");

        (await _session.ScalarAsync<bool>("SELECT owner = current_user FROM pgml.projects WHERE name = 'later'")).ShouldBeTrue();
        (await _session.RowsAsync("SHOW ALL")).Select(row => row[0]).ShouldNotContain("graincast.on_behalf_of");
    }

    private async Task ActForVictimAsync() => await _session.ScalarAsync<string>(
        "SELECT set_config('graincast.on_behalf_of', $1, true)", await SiloKeys.SignAsync(database.Server, _victimRole, database.Name, _session.Pid));

    private Task<long> CountAsync() => _victim.ScalarAsync<long>("SELECT (SELECT count(*) FROM pgml.projects) + (SELECT count(*) FROM pgml.models) + (SELECT count(*) FROM pgml.runs)");
}
