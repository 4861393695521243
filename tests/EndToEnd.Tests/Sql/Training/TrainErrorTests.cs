using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Every training that cannot be is refused with its SQLSTATE, the name of the thing and a hint, and writes nothing.</summary>
public sealed class TrainErrorTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>No two trainings share it: one that goes through against all expectations fails alone.</summary>
    private readonly string _project = $"never {Guid.NewGuid()}";

    [Theory]
    [InlineData("22023", "forecasting", "'forecasting', 'line_1', 'y'")]
    [InlineData("22023", "task", "")]
    [InlineData("22023", "relation", "'regression'")]
    [InlineData("22023", "label", "'regression', 'line_1'")]
    [InlineData("22023", "label", "'clustering', 'line_1', 'y', 'kmeans'")]
    [InlineData("0A000", "kernel_ridge", "'regression', 'line_1', 'y', 'kernel_ridge'")]
    [InlineData("0A000", "kmeans", "'regression', 'line_1', 'y', 'kmeans'")]
    [InlineData("0A000", "materialize_snapshot", "'regression', 'line_1', 'y', materialize_snapshot => true")]
    [InlineData("22023", "zz", "'regression', 'line_1', 'y', preprocess => '{\"zz\": {\"scale\": \"standard\"}}'")]
    [InlineData("22023", "preprocess", "'regression', 'line_1', 'y', preprocess => '[1]'")]
    [InlineData("22023", "loudly", "'regression', 'line_1', 'y', preprocess => '{\"x\": {\"scale\": \"loudly\"}}'")]
    [InlineData("22023", "mend", "'regression', 'line_1', 'y', preprocess => '{\"x\": {\"mend\": \"mean\"}}'")]
    [InlineData("22023", "\"x\"", "'regression', 'line_1', 'y', preprocess => '{\"x\": {\"encode\": \"one_hot\"}}'")]
    [InlineData("22023", "\"x\"", "'regression', 'line_1', 'y', preprocess => '{\"x\": 5}'")]
    public async Task A_form_that_is_not_offered_is_named(string sqlState, string thing, string arguments)
    {
        await RefuseAsync(sqlState, thing, arguments);
    }

    [Theory]
    [InlineData("n_trees", "'regression', 'line_1', 'y', 'lightgbm', '{\"n_trees\": 5}'")]
    [InlineData("alpha", "'regression', 'line_1', 'y', 'ridge', '{\"alpha\": -1}'")]
    [InlineData("alpha", "'regression', 'line_1', 'y', 'ridge', '{\"alpha\": \"big\"}'")]
    [InlineData("n_estimators", "'regression', 'line_1', 'y', 'lightgbm', '{\"n_estimators\": 1e99}'")]
    [InlineData("n_estimators", "'regression', 'line_1', 'y', 'lightgbm', '{\"n_estimators\": 2.5}'")]
    [InlineData("seed", "'regression', 'line_1', 'y', hyperparams => '{\"seed\": 1, \"random_state\": 2}'")]
    [InlineData("hyperparams", "'regression', 'line_1', 'y', hyperparams => '[]'")]
    [InlineData("hyperparams", "'regression', 'line_1', 'y', hyperparams => '5'")]
    [InlineData("hyperparams", "'regression', 'line_1', 'y', hyperparams => 'null'")]
    [InlineData("n_clusters", "'clustering', 'line_1', algorithm => 'kmeans', hyperparams => '{\"n_clusters\": 1000}'")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => -0.5")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => 'NaN'")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => 'Infinity'")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => 2.5")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => 40")]
    [InlineData("test_size", "'regression', 'line_1', 'y', test_size => 1")]
    public async Task A_setting_out_of_bounds_is_a_bad_argument(string thing, string arguments)
    {
        await RefuseAsync("22023", thing, arguments);
    }

    [Theory]
    [InlineData("22023", "no rows", "SELECT 1::real AS x, 1::real AS y WHERE false")]
    [InlineData("22023", "test_size", "SELECT 1::real AS x, 1::real AS y")]
    [InlineData("22004", "\"y\"", "SELECT x, NULLIF(y, 3) AS y FROM line_1")]
    [InlineData("22023", "\"y\"", "SELECT x, CASE WHEN x = 3 THEN 'NaN' ELSE y END AS y FROM line_1")]
    [InlineData("22023", "\"y\"", "SELECT x, CASE WHEN x = 3 THEN 'Infinity' ELSE y END AS y FROM line_1")]
    [InlineData("22023", "\"y\"", "SELECT x, CASE WHEN x = 3 THEN 1e300 ELSE y::float8 END AS y FROM line_1")]
    [InlineData("22004", "\"x\"", "SELECT NULLIF(x, 3) AS x, y FROM line_1")]
    [InlineData("22023", "\"x\"", "SELECT CASE WHEN x = 3 THEN '-Infinity' ELSE x END AS x, y FROM line_1")]
    [InlineData("22023", "\"x\"", "SELECT CASE WHEN x = 3 THEN 'NaN' ELSE x END AS x, y FROM line_1")]
    [InlineData("42804", "\"day\"", "SELECT current_date AS day, y FROM line_1")]
    [InlineData("42804", "\"note\"", "SELECT '{}'::jsonb AS note, y FROM line_1")]
    [InlineData("42804", "\"words\"", "SELECT ARRAY['a'] AS words, y FROM line_1")]
    [InlineData("42804", "\"y\"", "SELECT x, ARRAY[y] AS y FROM line_1")]
    [InlineData("42804", "\"y\"", "SELECT x, y::text AS y FROM line_1")]
    [InlineData("22023", "\"v\"", "SELECT ARRAY[x] || CASE WHEN x > 20 THEN ARRAY[x] END AS v, y FROM line_1")]
    [InlineData("22023", "\"v\"", "SELECT '{}'::real[] AS v, y FROM line_1")]
    [InlineData("22004", "\"v\"", "SELECT ARRAY[x, NULL] AS v, y FROM line_1")]
    [InlineData("22023", "feature", "SELECT y FROM line_1")]
    public async Task Rows_that_cannot_be_learnt_from_name_their_column(string sqlState, string thing, string rows)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TEMP VIEW rows AS {rows}");

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train('{_project}', 'regression', 'rows', 'y')");

        await NothingIsWrittenAsync(session);
    }

    [Theory]
    [InlineData("22023", "one label", "SELECT x, true AS y FROM line_1")]
    [InlineData("22023", "1001 different", "SELECT x::real, x AS y FROM generate_series(1, 1001) AS x")]
    [InlineData("22023", "rows", "SELECT x::real, x AS y FROM generate_series(1, 3) AS x")]
    [InlineData("22004", "\"y\"", "SELECT x, NULLIF(x > 20, x = 30) AS y FROM line_1")]
    public async Task Labels_that_cannot_be_told_apart_are_refused(string sqlState, string thing, string rows)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TEMP VIEW rows AS {rows}");

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train('{_project}', 'classification', 'rows', 'y')");

        await NothingIsWrittenAsync(session);
    }

    [Theory]
    [InlineData("42P01", "nowhere", "'regression', 'nowhere', 'y'")]
    [InlineData("42P01", "public.nowhere", "'regression', 'public.nowhere', 'y'")]
    [InlineData("42P01", "no_schema.line_1", "'regression', 'no_schema.line_1', 'y'")]
    [InlineData("42P01", "Line_1", "'regression', '\"Line_1\"', 'y'")]
    [InlineData("42602", "'\"line_1'", "'regression', '\"line_1', 'y'")]
    [InlineData("42602", "''", "'regression', '', 'y'")]
    [InlineData("42602", "a.b.c.d", "'regression', 'a.b.c.d', 'y'")]
    [InlineData("42602", "SELECT 1", "'regression', '(SELECT 1)', 'y'")]
    public async Task A_relation_that_is_not_found_is_named(string sqlState, string thing, string arguments)
    {
        await RefuseAsync(sqlState, thing, arguments);
    }

    [Theory]
    [InlineData("22P02", "magic", "'regression', 'line_1', 'y', 'magic'")]
    [InlineData("22P02", "sideways", "'regression', 'line_1', 'y', test_sampling => 'sideways'")]
    [InlineData("22P02", "json", "'regression', 'line_1', 'y', hyperparams => '{'")]
    public async Task Errors_of_Postgres_itself_come_through(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();

        (await session.FailAsync(sqlState, $"SELECT pgml.train('{_project}', {arguments})")).MessageText.ShouldContain(thing);
    }

    [Fact]
    public async Task A_missing_label_column_is_named_with_those_there_are()
    {
        var error = await RefuseAsync("42703", "\"Y\"", "'regression', 'line_1', 'Y'");

        error.Hint!.ShouldContain("x, y");
    }

    [Theory]
    [InlineData("line_1_x", "CREATE INDEX line_1_x ON line_1 (x)")]
    [InlineData("numbers", "CREATE SEQUENCE numbers")]
    [InlineData("pair", "CREATE TYPE pair AS (x real, y real)")]
    public async Task A_relation_without_rows_is_no_table(string relation, string create)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync(create);

        await session.RefuseAsync("42809", relation, $"SELECT pgml.train('{_project}', 'regression', '{relation}', 'y')");
    }

    [Fact]
    public async Task A_project_keeps_its_task()
    {
        await using var session = await database.OpenAsync();
        await session.TrainLineAsync("keeps", 1);

        await session.RefuseAsync("22023", "keeps", "SELECT pgml.train('keeps', 'classification', 'line_1', 'y')");
    }

    [Theory]
    [InlineData("22004", "project_name", "NULL")]
    [InlineData("22023", "name", "''")]
    public async Task A_project_needs_a_name(string sqlState, string thing, string name)
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train({name}, 'regression', 'line_1', 'y')");
    }

    [Fact]
    public async Task A_read_only_transaction_trains_and_deploys_nothing()
    {
        await using var session = await database.OpenAsync();
        var model = await session.TrainAndDeployLineAsync("read only", 1);
        await session.ExecuteAsync("SET default_transaction_read_only = on");

        await session.FailAsync("25006", "SELECT pgml.train('read only', 'regression', 'line_1', 'y')");
        await session.FailAsync("25006", "SELECT pgml.deploy($1)", model);
        await session.FailAsync("25006", "SELECT pgml.deploy('read only', 'most_recent')");
        await session.FailAsync("25006", "SELECT pgml.load_dataset('iris')");
        (await session.SlopeAsync("read only")).ShouldBe(1);
    }

    private async Task<Npgsql.PostgresException> RefuseAsync(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();
        var error = await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train('{_project}'{(arguments.Length > 0 ? ", " : "")}{arguments})");
        await NothingIsWrittenAsync(session);
        return error;
    }

    private async Task NothingIsWrittenAsync(Session session) =>
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = $1", _project)).ShouldBe(0);
}
