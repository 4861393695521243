using Shouldly;
using Xunit;

namespace Graincast.Sql.Privileges;

/// <summary>Rows are read by Postgres as the caller: what the caller may not read is not learnt.</summary>
public sealed class RelationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_relation_without_SELECT_is_not_trained_on()
    {
        var role = await database.CreateRoleAsync("reader");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        await superuser.ExecuteAsync("CREATE TABLE secret AS SELECT * FROM line_1; CREATE SCHEMA closed; CREATE TABLE closed.secret AS SELECT * FROM line_1");

        await session.FailAsync("42501", "SELECT pgml.train('spy', 'regression', 'secret', 'y')");
        await session.FailAsync("42501", "SELECT pgml.train('spy', 'regression', 'closed.secret', 'y')");
        await superuser.ExecuteAsync($"GRANT SELECT (x) ON secret TO {role}");
        await session.FailAsync("42501", "SELECT pgml.train('spy', 'regression', 'secret', 'y')");
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'spy'")).ShouldBe(0);
        await superuser.ExecuteAsync($"GRANT SELECT ON secret TO {role}");
        await session.ExecuteAsync("SELECT pgml.train('spy', 'regression', 'secret', 'y')");
        (await superuser.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = 'spy'")).ShouldBe(role);
    }

    [Fact]
    public async Task A_function_without_EXECUTE_is_not_called()
    {
        var role = await database.CreateRoleAsync("caller");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        await superuser.ExecuteAsync("""
            CREATE FUNCTION twice(real) RETURNS real LANGUAGE sql AS 'SELECT 2 * $1'; REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC;
            CREATE VIEW doubled AS SELECT x, twice(x) AS y FROM line_1; GRANT SELECT ON doubled TO PUBLIC
            """);

        await session.FailAsync("42501", "SELECT pgml.train('twice', 'regression', 'doubled', 'y')");
    }

    [Fact]
    public async Task Row_level_security_limits_what_is_trained_on()
    {
        var role = await database.CreateRoleAsync("tenant");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        // The tenant's rows have slope 3, the others slope 1.
        await superuser.ExecuteAsync($"""
            CREATE TABLE shared AS SELECT x, y, 'other'::text AS tenant FROM line_1 UNION ALL SELECT x, y, '{role}' FROM line_3 WHERE x <= 24;
            ALTER TABLE shared ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON shared USING (tenant = current_user); GRANT SELECT ON shared TO {role};
            CREATE VIEW {role}.mine WITH (security_barrier) AS SELECT x, y FROM shared; ALTER VIEW {role}.mine OWNER TO {role}
            """);

        await session.ExecuteAsync("SELECT pgml.train('tenant', 'regression', $1, 'y')", $"{role}.mine");

        (await session.SlopeAsync("tenant")).ShouldBe(3);
        (await session.ScalarAsync<long>("SELECT rows FROM pgml.runs r JOIN pgml.projects p ON p.id = r.project_id WHERE p.name = 'tenant'")).ShouldBe(24);
        await superuser.ExecuteAsync("DROP POLICY own ON shared");
        await session.RefuseAsync("22023", "no rows", "SELECT pgml.train('tenant', 'regression', $1, 'y')", $"{role}.mine");
    }

    [Theory]
    [InlineData("EXECUTE 'RESET ROLE'")]
    [InlineData("EXECUTE 'SET ROLE postgres'")]
    [InlineData("EXECUTE 'SET LOCAL ROLE NONE'")]
    [InlineData("EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'")]
    [InlineData("PERFORM set_config('role', 'none', false)")]
    [InlineData("PERFORM set_config('role', 'postgres', true)")]
    public async Task A_function_that_gives_up_its_role_inside_of_a_view_reads_nothing_more(string trick)
    {
        var role = await database.CreateRoleAsync("low");
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"CREATE TABLE secrets_of_{role} AS SELECT * FROM line_5");
        await using (var low = await database.OpenAsync(role))
        {
            await low.ExecuteAsync($"""
                CREATE FUNCTION {role}.peek() RETURNS SETOF public.line_1 LANGUAGE plpgsql AS $$
                BEGIN {trick}; RETURN QUERY SELECT x, y FROM public.secrets_of_{role}; END $$;
                CREATE VIEW {role}.peeked AS SELECT x, y FROM {role}.peek()
                """);
        }
        // A connection pool's session: a superuser that stepped down, and could step up again.
        await superuser.ExecuteAsync($"SET ROLE {role}");

        await superuser.FailAsync("42501", "SELECT pgml.train($1, 'regression', $2, 'y')", role, $"{role}.peeked");

        (await superuser.ScalarAsync<string>("SELECT current_user::text")).ShouldBe(role);
        await superuser.FailAsync("42501", $"SELECT * FROM secrets_of_{role}");
        await superuser.ExecuteAsync("RESET ROLE");
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = $1", role)).ShouldBe(0);
    }

    [Fact]
    public async Task A_SECURITY_DEFINER_function_trains_as_its_owner()
    {
        var owner = await database.CreateRoleAsync("definer");
        var role = await database.CreateRoleAsync("invoker");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        await superuser.ExecuteAsync($"""
            CREATE TABLE ledger AS SELECT * FROM line_4; GRANT SELECT ON ledger TO {owner}; GRANT USAGE ON SCHEMA {owner} TO PUBLIC; SET ROLE {owner};
            CREATE FUNCTION {owner}.learn() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT algorithm FROM pgml.train('ledger', 'regression', 'public.ledger', 'y') $$;
            CREATE FUNCTION {owner}.ask(real) RETURNS real LANGUAGE sql SECURITY DEFINER AS $$ SELECT pgml.predict('ledger', ARRAY[$1]) $$
            """);

        (await session.ScalarAsync<string>($"SELECT {owner}.learn()")).ShouldBe("linear");

        (await superuser.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = 'ledger'")).ShouldBe(owner);
        (await session.ScalarAsync<float>($"SELECT {owner}.ask(10)")).ShouldBe(40f, 0.1);
        await session.RefuseAsync("42501", "ledger", "SELECT pgml.predict('ledger', ARRAY[10]::real[])");
        await session.FailAsync("42501", "SELECT * FROM ledger");
    }
}
