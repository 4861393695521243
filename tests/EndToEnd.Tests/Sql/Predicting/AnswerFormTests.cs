using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>Probabilities, batches, components and labels.</summary>
public sealed class AnswerFormTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Features = "ARRAY[sepal_length, sepal_width, petal_length, petal_width]";

    [Theory]
    [InlineData("linear")]
    [InlineData("lightgbm")]
    [InlineData("random_forest")]
    public async Task Probabilities_sum_to_1_and_the_greatest_is_the_answer(string algorithm)
    {
        await using var session = await database.OpenAsync();
        var project = $"chances by {algorithm}";
        await session.ExecuteAsync("SELECT pgml.train($1, 'classification', 'pgml.iris', 'target', $2::pgml.algorithm)", project, algorithm);

        (await session.ScalarAsync<long>($"""
            SELECT count(*) FROM (SELECT pgml.predict_proba($1, {Features}) AS p, pgml.predict($1, {Features}) AS answer FROM pgml.iris) AS answers
            WHERE cardinality(p) <> 3 OR abs((SELECT sum(x) FROM unnest(p) AS x) - 1) > 1e-5 OR EXISTS (SELECT FROM unnest(p) AS x WHERE x < 0 OR x > 1)
                OR p[answer::int + 1] < (SELECT max(x) FROM unnest(p) AS x)
            """, project)).ShouldBe(0);
    }

    [Fact]
    public async Task Probabilities_by_name_by_model_and_of_every_array_type_agree()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('malignant', 'classification', 'pgml.iris', 'target')");
        var model = await session.LastModelAsync("malignant");

        (await session.ScalarAsync<long>($"""
            SELECT count(*) FROM pgml.iris
            WHERE pgml.predict_proba('malignant', {Features}) <> pgml.predict_proba($1::bigint, {Features})
                OR pgml.predict_proba('malignant', {Features}) <> pgml.predict_proba('malignant', {Features}::float8[])
                OR pgml.predict_proba('malignant', {Features}) <> pgml.predict_proba($1::bigint, {Features}::numeric[])
                OR pgml.predict_proba('malignant', {Features}::int[]::real[]) <> pgml.predict_proba('malignant', {Features}::int[])
                OR pgml.predict_proba('malignant', {Features}::int[]::real[]) <> pgml.predict_proba($1::bigint, {Features}::smallint[])
            """, model)).ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_is_rows_of_features_or_all_of_them_one_after_another()
    {
        await using var session = await database.OpenAsync();
        var model = await session.TrainAndDeployLineAsync("batches", 3);

        (await session.ColumnAsync<double>("SELECT round(b) FROM pgml.predict_batch('batches', ARRAY[[1], [2], [3]]::real[]) AS b")).ShouldBe([3, 6, 9]);
        (await session.ColumnAsync<double>("SELECT round(b) FROM pgml.predict_batch('batches', ARRAY[1, 2, 3]::real[]) AS b")).ShouldBe([3, 6, 9]);
        (await session.ColumnAsync<double>("SELECT round(pgml.predict_batch('batches', ARRAY[4, 5]::real[]))")).ShouldBe([12, 15]);
        (await session.ScalarAsync<float[]>("SELECT pgml.predict_batch($1::bigint, ARRAY[1, 2]::real[])", model)).Length.ShouldBe(2);
        (await session.RowsAsync("SELECT * FROM pgml.predict_batch('batches', '{}'::real[])")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_boolean_label_is_answered_as_0_or_1_and_a_number_as_itself()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE switches AS SELECT x::real, x > 20 AS up, CASE WHEN x > 20 THEN 70 ELSE -5 END AS code FROM generate_series(1, 40) x");
        await session.ExecuteAsync("CREATE VIEW ups AS SELECT x, up FROM switches; CREATE VIEW codes AS SELECT x, code FROM switches");

        await session.ExecuteAsync("SELECT pgml.train('ups', 'classification', 'ups', 'up'), pgml.train('codes', 'classification', 'codes', 'code')");

        (await session.ColumnAsync<float>("SELECT pgml.predict('ups', ARRAY[x]) FROM unnest(ARRAY[1, 40]::real[]) AS x")).ShouldBe([0f, 1f]);
        (await session.ColumnAsync<float>("SELECT pgml.predict('codes', ARRAY[x]) FROM unnest(ARRAY[1, 40]::real[]) AS x")).ShouldBe([-5f, 70f]);
    }

    [Fact]
    public async Task A_text_label_is_answered_as_its_index_in_order_and_text_columns_are_categories()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE TABLE fruit AS SELECT x::real AS weight, CASE x % 2 WHEN 0 THEN 'grün' ELSE 'rot 🍎' END AS colour,
                CASE x % 2 WHEN 0 THEN 'pear' ELSE 'apple' END AS kind FROM generate_series(1, 60) x
            """);

        await session.ExecuteAsync("SELECT pgml.train('fruit', 'classification', 'fruit', 'kind', 'lightgbm', '{\"min_data_in_leaf\": 5}')");

        (await session.ScalarAsync<float>("SELECT pgml.predict('fruit', ROW(3, 'rot 🍎'))")).ShouldBe(0f);
        (await session.ScalarAsync<float>("SELECT pgml.predict('fruit', ARRAY['3', 'grün'])")).ShouldBe(1f);
        (await session.ScalarAsync<long>("SELECT count(*) FROM fruit f WHERE pgml.predict('fruit', f) = (kind = 'pear')::int")).ShouldBe(60);
        // A category that training never saw is an answer like any other, never an error.
        (await session.ScalarAsync<float>("SELECT pgml.predict('fruit', ROW(3, 'blau'))")).ShouldBeInRange(0f, 1f);
    }

    [Fact]
    public async Task A_NULL_argument_answers_NULL()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("nulls", 2);

        foreach (var call in new[]
        {
            "pgml.predict(NULL::text, ARRAY[1]::real[])", "pgml.predict('nulls', NULL::real[])", "pgml.predict('nulls', NULL::line_1)",
            "pgml.predict(NULL::bigint, ARRAY[1]::real[])", "pgml.predict_proba('nulls', NULL::real[])", "pgml.decompose('nulls', NULL)",
            "pgml.deployed_model(NULL)",
        })
        {
            (await session.ScalarAsync<bool>($"SELECT {call} IS NULL")).ShouldBeTrue(call);
        }
    }

    [Fact]
    public async Task Version_and_deployed_model_say_what_runs()
    {
        await using var session = await database.OpenAsync();
        var model = await session.TrainAndDeployLineAsync("named model", 4);

        (await session.ScalarAsync<string>("SELECT pgml.version()")).ShouldBe(await session.ScalarAsync<string>("SELECT extversion FROM pg_extension WHERE extname = 'graincast'"));
        (await session.ScalarAsync<long>("SELECT pgml.deployed_model('named model')")).ShouldBe(model);
        (await session.ScalarAsync<float>("""
            WITH m AS MATERIALIZED (SELECT pgml.deployed_model('named model') AS id) SELECT sum(pgml.predict(m.id, ARRAY[x])) FROM line_1, m
            """)).ShouldBe(4 * 820f, 0.1);
    }
}
