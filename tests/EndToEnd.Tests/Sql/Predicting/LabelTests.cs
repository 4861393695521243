using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>The answer of a classification as the label that it was trained on.</summary>
public sealed class LabelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Fruit = """
        SELECT x::real AS weight, CASE x % 2 WHEN 0 THEN 'grün' ELSE 'rot 🍎' END AS colour, CASE x % 2 WHEN 0 THEN 'Birne 🍐' ELSE 'Äpfel' END AS kind
        FROM generate_series(1, 60) x
        """;

    [Theory]
    [InlineData("x > 20", "false", "true")]
    [InlineData("CASE WHEN x > 20 THEN 70 ELSE -5 END", "-5", "70")]
    [InlineData("CASE WHEN x > 20 THEN 2.5::float8 ELSE -0.25 END", "-0.25", "2.5")]
    [InlineData("CASE WHEN x > 20 THEN 10.00::numeric ELSE 3 END", "3", "10")]
    [InlineData("CASE WHEN x > 20 THEN 'an \"up\"' ELSE '' END", "", "an \"up\"")]
    [InlineData("CASE WHEN x > 20 THEN 'a' ELSE 'b' END", "b", "a")]
    public async Task A_boolean_a_number_and_a_text_are_answered_as_they_are_written(string label, string low, string high)
    {
        await using var session = await database.OpenAsync();
        var name = $"t{Guid.NewGuid():N}";
        await session.ExecuteAsync($"CREATE TABLE {name} AS SELECT x::real, {label} AS label FROM generate_series(1, 40) x");
        await session.ExecuteAsync("SELECT pgml.train($1, 'classification', $1, 'label')", name);

        (await session.ColumnAsync<string>("SELECT pgml.predict_label($1, ARRAY[x]) FROM unnest(ARRAY[1, 40]::real[]) AS x", name)).ShouldBe([low, high]);
    }

    [Fact]
    public async Task Every_kind_of_features_by_project_and_by_model_gives_the_label_of_the_class_that_predict_answers()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('irises', 'classification', 'pgml.iris', 'target', 'lightgbm')");
        var model = await session.LastModelAsync("irises");

        foreach (var by in new[] { "'irises'", $"{model}::bigint" })
        {
            foreach (var type in new[] { "real", "float8", "smallint", "integer", "bigint", "numeric" })
            {
                var features = $"ARRAY[sepal_length, sepal_width, petal_length, petal_width]::{type}[]";
                (await session.ScalarAsync<long>($"SELECT count(*) FROM pgml.iris WHERE pgml.predict_label({by}, {features}) = pgml.predict({by}, {features})::text"))
                    .ShouldBe(150, $"{by} {type}");
            }
            (await session.ScalarAsync<long>($"SELECT count(*) FROM pgml.iris i WHERE pgml.predict_label({by}, i) = pgml.predict({by}, i)::text")).ShouldBe(150);
            (await session.ScalarAsync<string>($"SELECT pgml.predict_label({by}, ROW(5.1, 3.5, 1.4, 0.2))")).ShouldBe("0");
            (await session.ScalarAsync<string>($"SELECT pgml.predict_label({by}, ARRAY['5.1', '3.5', '1.4', '0.2'])")).ShouldBe("0");
        }
        (await session.ScalarAsync<string>("SELECT pgml.predict_label(project_name => 'irises', features => ARRAY[true, true, false, false])")).ShouldBe("0");
        (await session.ScalarAsync<string>($"SELECT pgml.predict_label(model_id => {model}, \"row\" => ROW(5.1, 3.5, 1.4, 0.2))")).ShouldBe("0");
    }

    [Fact]
    public async Task Texts_are_answered_in_the_databases_encoding_and_sort_and_group_like_any_text()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TABLE fruit AS {Fruit}");
        await session.ExecuteAsync("SELECT pgml.train('fruit', 'classification', 'fruit', 'kind', 'lightgbm', '{\"min_data_in_leaf\": 5}')");

        (await session.ScalarAsync<long>("SELECT count(*) FROM fruit f WHERE pgml.predict_label('fruit', f) = kind")).ShouldBe(60);
        (await session.ColumnAsync<string>("SELECT pgml.predict_label('fruit', f) COLLATE \"C\" FROM fruit f GROUP BY 1 HAVING count(*) = 30 ORDER BY 1")).ShouldBe(["Birne 🍐", "Äpfel"]);
    }

    [Fact]
    public async Task A_statement_keeps_its_labels_and_the_next_has_those_of_the_model_deployed_since()
    {
        await using var session = await database.OpenAsync();
        await using var other = await database.OpenAsync();
        foreach (var (view, low, high) in new[] { ("sizes", "small", "large"), ("heights", "low", "high") })
        {
            await session.ExecuteAsync($"CREATE VIEW {view} AS SELECT x, CASE WHEN x > 20 THEN '{high}' ELSE '{low}' END AS label FROM line_1");
            await session.ExecuteAsync("SELECT pgml.train('renamed', 'classification', $1, 'label', automatic_deploy => false)", view);
        }
        var models = await session.ColumnAsync<long>("SELECT m.id FROM pgml.trained_models m WHERE name = 'renamed' ORDER BY id");
        await session.DeployAsync(models[0]);
        const string Ask = "SELECT pgml.predict_label('renamed', ARRAY[40]::real[])";
        await session.ExecuteAsync($"BEGIN; DECLARE opened CURSOR FOR SELECT pgml.predict_label('renamed', ARRAY[x]) FROM line_1 WHERE x < 20");
        (await session.ColumnAsync<string>("FETCH 1 FROM opened")).ShouldBe(["small"]);

        await other.DeployAsync(models[1]);

        (await session.ScalarAsync<string>(Ask)).ShouldBe("high");
        (await session.ColumnAsync<string>("FETCH 2 FROM opened")).ShouldBe(["small", "small"]);
        await session.ExecuteAsync("COMMIT");
        (await session.ColumnAsync<string>("SELECT pgml.predict_label(id, ARRAY[1]::real[]) FROM unnest($1::bigint[]) AS id", models)).ShouldBe(["small", "low"]);
    }

    [Fact]
    public async Task A_parallel_worker_answers_the_same_labels()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TABLE parallel_fruit AS {Fruit}");
        await session.ExecuteAsync("SELECT pgml.train('parallel fruit', 'classification', 'parallel_fruit', 'kind', 'lightgbm', '{\"min_data_in_leaf\": 5}')");
        await session.ExecuteAsync("SET force_parallel_mode = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0");
        const string Ask = "SELECT count(*) FROM parallel_fruit f WHERE pgml.predict_label('parallel fruit', f) = kind";

        string.Join('\n', await session.ColumnAsync<string>($"EXPLAIN {Ask}")).ShouldContain("Gather");
        (await session.ScalarAsync<long>(Ask)).ShouldBe(60);
    }

    [Theory]
    [InlineData("regression", "line_1", "y", "linear")]
    [InlineData("clustering", "line_1", null, "kmeans")]
    [InlineData("decomposition", "line_1", null, "pca")]
    public async Task A_model_without_classes_has_no_labels(string task, string relation, string? label, string algorithm)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train($1, $1, $2, $3, $4::pgml.algorithm)", task, relation, label, algorithm);

        foreach (var call in new[] { "ARRAY[1, 2]::real[]", "ROW(1, 2)", "ARRAY['1']" })
        {
            await session.RefuseAsync("0A000", "labels", $"SELECT pgml.predict_label('{task}', {call})");
        }
    }

    [Theory]
    [InlineData("42704", "nobody", "'nobody', ARRAY[1]::real[]")]
    [InlineData("42704", "4611686018427387904", "4611686018427387904, ARRAY[1]::real[]")]
    [InlineData("22023", "1 features, 2", "'errors', ARRAY[1, 2]::real[]")]
    [InlineData("42804", "integer", "'errors', 5")]
    [InlineData("22P02", "x", "'errors', ARRAY['x']")]
    public async Task A_label_that_cannot_be_is_named(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();
        if (!await session.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pgml.projects WHERE name = 'errors')"))
        {
            await session.ExecuteAsync("CREATE VIEW halves AS SELECT x, x > 20 AS upper FROM line_1; SELECT pgml.train('errors', 'classification', 'halves', 'upper')");
        }

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.predict_label({arguments})");
        foreach (var call in new[] { "NULL::text, ARRAY[1]::real[]", "'errors', NULL::real[]", "'errors', NULL::line_1", "NULL::bigint, ARRAY[1]::real[]" })
        {
            (await session.ScalarAsync<bool>($"SELECT pgml.predict_label({call}) IS NULL")).ShouldBeTrue(call);
        }
    }
}
