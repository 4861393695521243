using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Preprocessing belongs to the image: arrays and rows both go through it.</summary>
public sealed class PreprocessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("standard")]
    [InlineData("min_max")]
    [InlineData("max_abs")]
    [InlineData("robust")]
    [InlineData("preserve")]
    public async Task A_scaled_column_is_scaled_for_arrays_and_rows_alike(string scale)
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train($1, 'regression', 'line_3', 'y', preprocess => jsonb_build_object('x', jsonb_build_object('scale', $1)))", scale);

        (await session.SlopeAsync(scale)).ShouldBe(3);
        (await session.ScalarAsync<long>("SELECT count(*) FROM line_3 l WHERE pgml.predict($1, l) <> pgml.predict($1, ARRAY[x]) OR abs(pgml.predict($1, l) - y) > 0.1", scale))
            .ShouldBe(0);
    }

    [Theory]
    [InlineData("zero", 0)]
    [InlineData("min", 1)]
    [InlineData("max", 40)]
    public async Task A_NULL_is_imputed_for_arrays_and_rows_alike(string impute, double value)
    {
        await using var session = await database.OpenAsync();
        // All rows with their NULLs are trained on, so that the statistics are those of the whole column.
        await session.ExecuteAsync($"CREATE TEMP VIEW gaps AS SELECT x, y FROM line_2 UNION ALL SELECT NULL, {2 * value} FROM generate_series(1, 5)");

        await session.ExecuteAsync(
            "SELECT pgml.train($1, 'regression', 'gaps', 'y', test_size => 0, preprocess => jsonb_build_object('x', jsonb_build_object('impute', $1)))", impute);

        (await session.ScalarAsync<float>("SELECT pgml.predict($1, ARRAY[NULL]::real[])", impute)).ShouldBe((float)(2 * value), 0.1);
        (await session.ScalarAsync<float>("SELECT pgml.predict($1, ROW(NULL::real))", impute)).ShouldBe((float)(2 * value), 0.1);
        (await session.SlopeAsync(impute)).ShouldBe(2);
    }

    [Theory]
    [InlineData("\"one_hot\"")]
    [InlineData("\"target\"")]
    [InlineData("\"native\"")]
    [InlineData("{\"ordinal\": [\"small\", \"middle\", \"large\"]}")]
    public async Task A_text_column_is_encoded(string encode)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE TEMP VIEW sizes AS SELECT (ARRAY['small', 'middle', 'large'])[1 + x::int % 3] AS size, 10 * (x::int % 3) AS price FROM line_1
            """);

        await session.ExecuteAsync($"SELECT pgml.train($1, 'regression', 'sizes', 'price', 'lightgbm', '{{\"min_data_in_leaf\": 3}}', preprocess => '{{\"size\": {{\"encode\": {encode}}}}}')", encode);

        (await session.ColumnAsync<double>("SELECT round(pgml.predict($1, ROW(size)) / 10) FROM unnest(ARRAY['small', 'middle', 'large']) AS size", encode)).ShouldBe([0, 1, 2]);
    }

    [Theory]
    [InlineData("ridge", "target", 20)]
    [InlineData("ridge", "one_hot", 20)]
    [InlineData("ridge", "native", null)]
    [InlineData("lightgbm", "native", 10)]
    public async Task A_text_that_training_has_not_seen_is_answered_unless_the_answer_would_be_NaN(string algorithm, string encode, int? answer)
    {
        await using var session = await database.OpenAsync();
        var project = $"unseen {algorithm} {encode}";
        await session.ExecuteAsync("CREATE TEMP VIEW halves AS SELECT CASE WHEN x % 2 = 0 THEN 'even' ELSE 'odd' END AS half, CASE WHEN x % 2 = 0 THEN 10 ELSE 30 END AS y FROM generate_series(1, 200) x");

        await session.ExecuteAsync(
            "SELECT pgml.train($1, 'regression', 'halves', 'y', $2::pgml.algorithm, test_size => 0, preprocess => jsonb_build_object('half', jsonb_build_object('encode', $3)))", project, algorithm, encode);

        foreach (var features in new[] { "ROW('prime'::text)", "ROW('prime'::char(9))", "ROW('prime')", "ARRAY['prime']" })
        {
            if (answer is { } number)
            {
                (await session.ScalarAsync<float>($"SELECT pgml.predict($1, {features})", project)).ShouldBe(number, 0.5);
            }
            else
            {
                (await session.RefuseAsync("22023", "\"half\" has the text \"prime\"", $"SELECT pgml.predict('{project}', {features})")).Hint!.ShouldContain("one_hot");
            }
        }
    }
}
