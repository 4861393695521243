using Shouldly;
using Xunit;

namespace Graincast.Sql.Describing;

/// <summary><c>\df+</c>, <c>\dT+</c> and <c>\d+</c> of schema pgml say of everything what it is and whom it is for.</summary>
public sealed class CommentTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Private functions that a session runs as whoever it belongs to, so that everyone must be allowed to call them, and why that is safe.</summary>
    private static readonly Dictionary<string, string> Callable = new()
    {
        ["vector_*"] = "Citus runs the steps of an aggregate at the workers as who asked, where Postgres takes the aggregate's owner; they read nothing",
        ["feed(bigint,anyelement)"] = "runs in the query that reads the rows, as the caller; knows only runs of its own session",
        ["train_progress()"] = "a view checks the functions it calls as who reads it; names of projects are as public as pgml.projects",
        ["loaded_models()"] = "a view checks the functions it calls as who reads it; tells of this session alone",
        ["source_rows(text,bigint,text[],text[])"] = "the silos' role has a name of the installer's choice; refuses everyone but the source's reader",
        ["publish_run(bigint)"] = "the silos' role has a name of the installer's choice; refuses everyone else",
        ["wait_for_change(bigint,integer)"] = "the silos' role has a name of the installer's choice; tells a count, and waits as long as pg_sleep would",
    };

    [Theory]
    [InlineData("pg_proc", "SELECT oid, oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'pgml'::regnamespace")]
    [InlineData("pg_class", "SELECT oid, oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'pgml'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')")]
    [InlineData("pg_type", "SELECT oid, oid::regtype::text AS name FROM pg_type WHERE typnamespace = 'pgml'::regnamespace AND typrelid = 0 AND typelem = 0")]
    public async Task Every_object_has_a_comment_that_says_whether_it_is_public(string catalog, string objects)
    {
        await using var session = await database.OpenAsync();

        (await session.ScalarAsync<long>($"SELECT count(*) FROM ({objects}) o")).ShouldBeGreaterThan(5);
        (await session.ColumnAsync<string>($"SELECT name FROM ({objects}) o WHERE obj_description(oid, '{catalog}') ~ '^(public|private): .+[.]$' IS NOT TRUE")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_private_functions_that_must_be_are_callable_by_everyone()
    {
        var role = await database.CreateRoleAsync("anyone");
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SET search_path = pgml");

        (await session.ColumnAsync<string>(
            "SELECT DISTINCT regexp_replace(oid::regprocedure::text, '^vector_.*', 'vector_*') FROM pg_proc WHERE pronamespace = 'pgml'::regnamespace AND obj_description(oid, 'pg_proc') ~ '^private: ' AND has_function_privilege($1, oid, 'EXECUTE')",
            role)).ShouldBe(Callable.Keys, ignoreOrder: true);
        (await session.ColumnAsync<string>(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'pgml'::regnamespace AND obj_description(oid, 'pg_proc') ~ '^public: ' AND NOT has_function_privilege($1, oid, 'EXECUTE')",
            role)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_private_function_is_not_for_an_ordinary_role()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("caller"));

        await session.FailAsync("42501", "SELECT pgml.catalog_changed()");
        await session.FailAsync("42501", "SELECT pgml.silo_role()");
    }
}
