using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Whatever Postgres can read from can be trained on, whatever it is called.</summary>
public sealed class RelationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("view", "CREATE VIEW {0} AS SELECT x, 3 * x AS y FROM line_1")]
    [InlineData("materialized view", "CREATE MATERIALIZED VIEW {0} AS SELECT x, 3 * x AS y FROM line_1")]
    [InlineData("temporary table", "CREATE TEMP TABLE {0} AS SELECT x, 3 * x AS y FROM line_1")]
    [InlineData("unlogged table", "CREATE UNLOGGED TABLE {0} AS SELECT x, 3 * x AS y FROM line_1")]
    [InlineData("partitioned table", """
        CREATE TABLE {0} (x real, y real) PARTITION BY RANGE (x); CREATE TABLE low PARTITION OF {0} FOR VALUES FROM (0) TO (20);
        CREATE TABLE high PARTITION OF {0} FOR VALUES FROM (20) TO (100); INSERT INTO {0} SELECT x, 3 * x FROM line_1
        """)]
    [InlineData("parent", "CREATE TABLE {0} (x real, y real); CREATE TABLE child () INHERITS ({0}); INSERT INTO child SELECT x, 3 * x FROM line_1")]
    [InlineData("generated column", "CREATE TABLE {0} (x real, y real GENERATED ALWAYS AS (3 * x) STORED); INSERT INTO {0} SELECT x FROM line_1")]
    [InlineData("dropped columns", """
        CREATE TABLE {0} (a date, x real, b text, y real, c jsonb); INSERT INTO {0} SELECT now(), x, 'b', 3 * x, '[]' FROM line_1;
        ALTER TABLE {0} DROP a, DROP b, DROP c
        """)]
    [InlineData("added column", "CREATE TABLE {0} AS SELECT x FROM line_1; ALTER TABLE {0} ADD y real DEFAULT 0; UPDATE {0} SET y = 3 * x")]
    [InlineData("domain types", """
        CREATE DOMAIN metres AS float8 CHECK (VALUE > 0); CREATE DOMAIN price AS numeric(10, 2) NOT NULL;
        CREATE TABLE {0} AS SELECT x::metres AS x, (3 * x)::price AS y FROM line_1
        """)]
    [InlineData("numeric and bigint", "CREATE TABLE {0} AS SELECT x::bigint AS x, (3 * x)::numeric AS y FROM line_1")]
    [InlineData("whole query", "CREATE VIEW {0} AS WITH w AS (SELECT x FROM line_1 UNION ALL SELECT x FROM line_2) SELECT x, sum(3 * x) / 2 AS y FROM w GROUP BY x")]
    [InlineData("security barrier", "CREATE VIEW {0} WITH (security_barrier) AS SELECT x, 3 * x AS y FROM line_1 WHERE x > 0")]
    public async Task Any_kind_of_relation_is_trained_on(string kind, string create)
    {
        await using var session = await database.OpenAsync();
        var relation = $"\"a {kind}\"";
        await session.ExecuteAsync(create.Replace("{0}", relation, StringComparison.Ordinal));

        await session.ExecuteAsync("SELECT pgml.train($1, 'regression', $2, 'y')", kind, relation);

        (await session.SlopeAsync(kind)).ShouldBe(3);
        (await session.ScalarAsync<long>("SELECT rows FROM pgml.runs r JOIN pgml.projects p ON p.id = r.project_id WHERE p.name = $1", kind)).ShouldBe(40);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("Upper Case")]
    [InlineData("double \"\" quote")]
    [InlineData("single ' quote")]
    [InlineData("back\\slash")]
    [InlineData("émoji 🌾 and 漢字")]
    [InlineData("select")]
    [InlineData("dot.in.it")]
    [InlineData("dollar $1 $q$ {0}")]
    [InlineData("%s %n %d")]
    public async Task Any_name_of_relation_column_and_project_is_taken_as_it_is(string name)
    {
        await using var session = await database.OpenAsync();
        var quoted = $"\"{name}\"";
        var project = name.Replace("\"\"", "\"", StringComparison.Ordinal);
        await session.ExecuteAsync($"CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} AS SELECT x AS {quoted}, 4 * x AS \"y of {name}\" FROM line_1");

        await session.ExecuteAsync("SELECT pgml.train($1, 'regression', $2, $3)", project, $"{quoted}.{quoted}", $"y of {project}");

        (await session.SlopeAsync(project)).ShouldBe(4);
        (await session.ScalarAsync<float>($"SELECT pgml.predict($1, t) FROM {quoted}.{quoted} t WHERE {quoted} = 5", project)).ShouldBe(20f, 0.01);
        await session.ExecuteAsync("SELECT pgml.train($1, algorithm => 'ridge', hyperparams => '{\"alpha\": 0.001}')", project);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = $1", project)).ShouldBe(2);
        await session.RefuseAsync("22004", project, "SELECT pgml.predict($1, ARRAY[NULL]::real[])", project);
    }

    [Fact]
    public async Task A_long_project_name_is_kept_whole()
    {
        await using var session = await database.OpenAsync();
        var name = string.Concat(Enumerable.Repeat("long 🌾 ", 199));
        await session.TrainAndDeployLineAsync(name, 2);
        await session.TrainAndDeployLineAsync(name + "er", 3);

        (await session.SlopeAsync(name)).ShouldBe(2);
        (await session.SlopeAsync(name + "er")).ShouldBe(3);
    }

    [Fact]
    public async Task A_table_of_1600_columns_is_trained_on()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TABLE wide (y real, {string.Join(", ", Enumerable.Range(1, 1599).Select(i => $"c{i} real"))})");
        await session.ExecuteAsync($"INSERT INTO wide SELECT x % 7, {string.Join(", ", Enumerable.Range(1, 1599).Select(i => $"(x * {i}) % 11"))} FROM generate_series(1, 60) AS x");

        await session.ExecuteAsync("SELECT pgml.train('wide', 'regression', 'wide', 'y', 'lightgbm')");

        (await session.ScalarAsync<int>("SELECT num_features FROM pgml.models WHERE id = $1", await session.LastModelAsync("wide"))).ShouldBe(1599);
        (await session.ScalarAsync<long>("SELECT count(pgml.predict('wide', w)) FROM wide w")).ShouldBe(60);
    }

    [Fact]
    public async Task A_name_without_schema_is_found_by_the_callers_search_path_and_stays_that_relation()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE SCHEMA near; CREATE TABLE near.points AS SELECT x, 5 * x AS y FROM line_1; CREATE TABLE public.points AS SELECT x, 2 * x AS y FROM line_1;
            SET search_path = near, public
            """);

        await session.ExecuteAsync("SELECT pgml.train('near', 'regression', 'points', 'y')");
        (await session.SlopeAsync("near")).ShouldBe(5);

        await session.ExecuteAsync("SET search_path = public; SELECT pgml.train('near'); SELECT pgml.deploy('near', 'most_recent')");
        (await session.SlopeAsync("near")).ShouldBe(5);
        (await session.ScalarAsync<string>("SELECT relation_name FROM pgml.overview WHERE name = 'near'")).ShouldBe("near.points");
    }
}
