using Shouldly;
using Xunit;

namespace Graincast.Sql.Privileges;

/// <summary>The catalog is written by train and deploy only, and what they run as its owner cannot be bent by the caller.</summary>
public sealed class CatalogTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("projects")]
    [InlineData("snapshots")]
    [InlineData("models")]
    [InlineData("deployments")]
    [InlineData("files")]
    [InlineData("runs")]
    [InlineData("sources")]
    public async Task An_ordinary_role_writes_no_table_of_the_catalog(string table)
    {
        var role = await database.CreateRoleAsync("writer");
        await using var session = await database.OpenAsync(role);

        await session.FailAsync("42501", $"INSERT INTO pgml.{table} DEFAULT VALUES");
        await session.FailAsync("42501", $"UPDATE pgml.{table} SET id = id");
        await session.FailAsync("42501", $"DELETE FROM pgml.{table}");
        await session.FailAsync("42501", $"TRUNCATE pgml.{table} CASCADE");
        await session.FailAsync("42501", $"BEGIN; LOCK TABLE pgml.{table} IN ACCESS EXCLUSIVE MODE");
        await session.ExecuteAsync("ROLLBACK");
        await session.FailAsync("42501", $"CREATE TRIGGER mine AFTER INSERT ON pgml.{table} EXECUTE FUNCTION pgml.catalog_changed()");
        await session.FailAsync("42501", $"CREATE TABLE pgml.mine ()");
    }

    [Fact]
    public async Task The_bytes_of_models_are_not_for_everyone()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("thief"));

        await session.FailAsync("42501", "SELECT * FROM pgml.files");
    }

    [Theory]
    [InlineData("SELECT pgml.feed(1, ROW(1.0::real))", "42704")]
    [InlineData("SELECT pgml.feed(-1, l) FROM line_1 l", "42704")]
    [InlineData("SELECT pgml.feed(9223372036854775807, ROW(1, 'a'::text))", "42704")]
    [InlineData("SELECT pgml.feed(1, 5)", "22023")]
    [InlineData("SELECT pgml.feed(1, ROW(now()))", "42804")]
    public async Task Feeding_by_hand_is_an_error_and_the_session_goes_on(string call, string sqlState)
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("feeder"));

        await session.FailAsync(sqlState, call);
        await session.TrainAndDeployLineAsync(Guid.NewGuid().ToString(), 1);
    }

    [Fact]
    public async Task The_trigger_function_is_no_function_to_call()
    {
        await using var session = await database.OpenAsync();

        await session.FailAsync("39P01", "SELECT pgml.catalog_changed()");
    }

    [Fact]
    public async Task Objects_of_the_callers_search_path_are_never_run_as_the_catalogs_owner()
    {
        var role = await database.CreateRoleAsync("trickster");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        await session.ExecuteAsync($"""
            SET search_path = {role}, pg_catalog;
            CREATE TABLE ran_as (who text, what text); GRANT INSERT ON ran_as TO PUBLIC; GRANT USAGE ON SCHEMA {role} TO PUBLIC;
            CREATE TABLE projects (id int); CREATE TABLE models (id int); CREATE TABLE deployments (id int); CREATE TABLE files (id int);
            """);
        foreach (var (name, arguments, result, body) in new[]
        {
            ("max", "bigint[]", "bigint", "1"), ("octet_length", "bytea", "integer", "32"), ("jsonb_typeof", "jsonb", "text", "''number''"),
            ("now", "", "timestamptz", "clock_timestamp()"), ("text_equals", "text, text", "boolean", "true"), ("bigint_equals", "bigint, bigint", "boolean", "true"),
            ("json_get", "jsonb, text", "jsonb", "''1''::jsonb"), ("numeric_greater", "numeric, numeric", "boolean", "true"),
        })
        {
            await session.ExecuteAsync($"""
                CREATE FUNCTION {role}.{name}({arguments}) RETURNS {result} LANGUAGE plpgsql AS '
                BEGIN INSERT INTO {role}.ran_as VALUES (current_user, ''{name}''); RETURN {body}; END'
                """);
        }
        await session.ExecuteAsync($"""
            CREATE OPERATOR {role}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = {role}.text_equals);
            CREATE OPERATOR {role}.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = {role}.bigint_equals);
            CREATE OPERATOR {role}.-> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = {role}.json_get);
            CREATE OPERATOR {role}.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = {role}.numeric_greater);
            CREATE DOMAIN {role}.int8 AS integer; CREATE TEMP TABLE projects (id int, name text); CREATE TEMP TABLE line_1 AS SELECT * FROM public.line_2
            """);

        await session.ExecuteAsync("SELECT pgml.train('tricks', 'regression', 'public.line_3', 'y'); SELECT pgml.train('tricks', algorithm => 'ridge')");
        await session.ExecuteAsync("SELECT pgml.deploy('tricks', 'best_score'); SELECT pgml.deploy('tricks', 'most_recent'); SELECT pgml.deploy('tricks', 'rollback')");
        await session.ExecuteAsync("SELECT pgml.snapshot('public.line_3', 'y'); SELECT pgml.train('lost tricks', 'regression', 'public.line_3', 'y')");
        await session.ExecuteAsync("SELECT pgml.train('lost tricks', automatic_deploy => false)");
        await session.ExecuteAsync("SELECT pgml.drop_model($1)", await superuser.LastModelAsync("lost tricks"));
        await session.ExecuteAsync("SELECT pgml.drop_project('lost tricks')");
        await session.ScalarAsync<float>("SELECT pgml.predict('tricks', ARRAY[10]::real[])");
        await session.FailAsync("42704", "SELECT pgml.predict('trickz', ARRAY[10]::real[])");

        (await superuser.ColumnAsync<string>($"SELECT DISTINCT who FROM {role}.ran_as WHERE who <> '{role}'")).ShouldBeEmpty();
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'tricks'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_label_whose_check_runs_the_callers_code_runs_it_as_the_caller()
    {
        var role = await database.CreateRoleAsync("checker");
        await using var session = await database.OpenAsync(role);
        await session.ExecuteAsync($"""
            CREATE TABLE {role}.ran_as (who text);
            CREATE FUNCTION {role}.note(real) RETURNS real LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {role}.ran_as VALUES (current_user); RETURN $1; END $$;
            CREATE VIEW {role}.noted AS SELECT x, {role}.note(y) AS y FROM public.line_2
            """);

        await session.ExecuteAsync("SELECT pgml.train('noted', 'regression', $1, 'y')", $"{role}.noted");

        (await session.RowsAsync($"SELECT who, count(*) FROM {role}.ran_as GROUP BY who")).ShouldHaveSingleItem().ShouldBe([role, 40L]);
    }
}
