using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>Every way to hand over features gives the same answer, bit for bit.</summary>
public sealed class FeatureFormTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Columns = "sepal_length, sepal_width, petal_length, petal_width";

    [Theory]
    [InlineData("real")]
    [InlineData("double precision")]
    [InlineData("smallint")]
    [InlineData("integer")]
    [InlineData("bigint")]
    [InlineData("numeric")]
    public async Task An_array_of_any_number_type_is_features(string type)
    {
        await using var session = await database.OpenAsync();
        var model = await session.TrainAndDeployLineAsync($"arrays of {type}", 3);

        (await session.ScalarAsync<float>($"SELECT pgml.predict($1, ARRAY[7]::{type}[])", $"arrays of {type}")).ShouldBe(21f, 1e-3);
        (await session.ScalarAsync<float>($"SELECT pgml.predict($1::bigint, ARRAY[7]::{type}[])", model)).ShouldBe(21f, 1e-3);
    }

    [Theory]
    [InlineData("real")]
    [InlineData("double precision")]
    [InlineData("numeric")]
    public async Task An_array_of_a_domain_is_features_of_a_row(string type)
    {
        await using var session = await database.OpenAsync();
        var name = $"measure_{type.Replace(' ', '_')}";
        await session.ExecuteAsync($"""
            CREATE DOMAIN {name} AS {type};
            CREATE TABLE {name}s AS SELECT ARRAY[x]::{name}[] AS xs, (3 * x)::real AS y FROM generate_series(1, 40) x;
            SELECT pgml.train('{name}', 'regression', '{name}s', 'y');
            """);

        (await session.ScalarAsync<float>($"SELECT max(abs(pgml.predict('{name}', m) - y)) FROM {name}s m")).ShouldBe(0f, 1e-3);
    }

    [Fact]
    public async Task A_boolean_array_is_zeros_and_ones()
    {
        await using var session = await database.OpenAsync();
        var model = await session.TrainAndDeployLineAsync("booleans", 3);

        (await session.ScalarAsync<float>("SELECT pgml.predict('booleans', ARRAY[true])")).ShouldBe(3f, 1e-3);
        (await session.ScalarAsync<float>("SELECT pgml.predict($1::bigint, ARRAY[false])", model)).ShouldBe(0f, 1e-3);
    }

    [Fact]
    public async Task Decimal_literals_need_no_cast()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("literals", 2);

        (await session.ScalarAsync<float>("SELECT pgml.predict('literals', ARRAY[1.5])")).ShouldBe(3f, 1e-3);
        (await session.ScalarAsync<float>("SELECT pgml.predict('literals', ARRAY[4])")).ShouldBe(8f, 1e-3);
        (await session.ScalarAsync<float>("SELECT pgml.predict('literals', '{2.5}'::real[])")).ShouldBe(5f, 1e-3);
    }

    [Fact]
    public async Task A_text_array_is_read_by_position()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("words", 2);

        (await session.ScalarAsync<float>("SELECT pgml.predict('words', ARRAY[' 1.5e1 '])")).ShouldBe(30f, 1e-3);
        (await session.ScalarAsync<float>("SELECT pgml.predict('words', ARRAY['4']::varchar[])")).ShouldBe(8f, 1e-3);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("lightgbm")]
    [InlineData("random_forest")]
    public async Task Array_row_table_row_and_batch_agree_bit_for_bit(string algorithm)
    {
        await using var session = await database.OpenAsync();
        var project = $"bits of {algorithm}";
        await session.ExecuteAsync("SELECT pgml.train($1, 'regression', 'pgml.diabetes', 'target', $2::pgml.algorithm)", project, algorithm);
        var model = await session.LastModelAsync(project);
        const string Features = "age, sex, bmi, bp, s1, s2, s3, s4, s5, s6";

        var differing = await session.ScalarAsync<long>($"""
            WITH batch AS (
                SELECT pgml.predict_batch($2::bigint, (SELECT array_agg(ARRAY[{Features}] ORDER BY ctid) FROM pgml.diabetes)) AS answers
            ), numbered AS (
                SELECT d, row_number() OVER (ORDER BY ctid) AS n FROM pgml.diabetes d
            ), forms AS (
                SELECT n, ARRAY[pgml.predict($1, ARRAY[{Fields("(d)")}]), pgml.predict($1, ROW({Fields("(d)")})), pgml.predict($1, d),
                    pgml.predict($2::bigint, d), pgml.predict($1, ARRAY[{Fields("(d)")}]::float8[]), answers[n]] AS answers
                FROM numbered, batch
            )
            SELECT count(*) FROM forms
            WHERE (SELECT count(DISTINCT float4send(answer)) FROM unnest(answers) AS answer) <> 1
            """, project, model);

        differing.ShouldBe(0);
        (await session.ScalarAsync<long>("SELECT count(DISTINCT pgml.predict($1, d)) FROM pgml.diabetes d", project)).ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Columns_are_found_by_name_in_any_order_and_extra_ones_do_not_matter()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('named', 'classification', 'pgml.iris', 'target')");
        await session.ExecuteAsync("""
            CREATE VIEW shuffled AS SELECT 'extra' AS note, petal_width, now() AS at, sepal_length, petal_length, target, sepal_width,
                ARRAY[sepal_length, sepal_width, petal_length, petal_width] AS by_position FROM pgml.iris
            """);

        (await session.ScalarAsync<long>("SELECT count(*) FROM shuffled s WHERE pgml.predict('named', s) IS DISTINCT FROM pgml.predict('named', by_position)"))
            .ShouldBe(0);
        (await session.ScalarAsync<long>("SELECT count(*) FROM (SELECT petal_width, sepal_width, sepal_length, petal_length, target FROM pgml.iris) AS r "
            + "WHERE pgml.predict('named', r) = target")).ShouldBeGreaterThan(130);
    }

    [Fact]
    public async Task A_row_without_names_is_read_by_position()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('positions', 'classification', 'pgml.iris', 'target')");

        (await session.ScalarAsync<long>($"SELECT count(*) FROM pgml.iris WHERE pgml.predict('positions', ROW({Columns})) "
            + $"IS DISTINCT FROM pgml.predict('positions', ARRAY[{Columns}])")).ShouldBe(0);
        (await session.ScalarAsync<float>("SELECT pgml.predict('positions', ROW(5.1::numeric, 3::smallint, 1.4::real, 0))")).ShouldBe(0f);
    }

    [Fact]
    public async Task Rows_of_several_types_in_one_statement_are_each_read_right()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("mixed", 2);

        (await session.ColumnAsync<double>("""
            SELECT round(pgml.predict('mixed', r)) FROM (VALUES (ROW(1)), (ROW(2::numeric)), (ROW(3::float8)), (ROW(true))) AS v (r)
            """)).ShouldBe([2, 4, 6, 2]);
    }

    [Fact]
    public async Task An_array_column_is_one_feature_of_many_numbers()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('digits', 'classification', 'pgml.digits', 'target')");

        (await session.ScalarAsync<int>("SELECT num_features FROM pgml.models WHERE id = $1", await session.LastModelAsync("digits"))).ShouldBe(64);
        (await session.ScalarAsync<long>("""
            SELECT count(*) FROM pgml.digits d
            WHERE pgml.predict('digits', d) IS DISTINCT FROM pgml.predict('digits', image) OR pgml.predict('digits', d) IS DISTINCT FROM pgml.predict('digits', ROW(image))
            """)).ShouldBe(0);
        (await session.ScalarAsync<float>("SELECT pgml.predict('digits', image::real[]) FROM pgml.digits LIMIT 1")).ShouldBe(0f);
    }

    [Fact]
    public async Task A_name_that_changes_from_row_to_row_asks_another_project_each_time()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("by 1", 1);
        await session.TrainAndDeployLineAsync("by 2", 2);

        (await session.ColumnAsync<double>("SELECT round(pgml.predict('by ' || s, ARRAY[10]::real[])) FROM generate_series(1, 2) s, generate_series(1, 3) ORDER BY 1"))
            .ShouldBe([10, 10, 10, 20, 20, 20]);
        (await session.ColumnAsync<double>("SELECT round(pgml.predict('by ' || 1 + s % 2, ARRAY[10]::real[])) FROM generate_series(1, 4) s"))
            .ShouldBe([20, 10, 20, 10]);
    }

    private static string Fields(string row) => string.Join(", ", "age, sex, bmi, bp, s1, s2, s3, s4, s5, s6".Split(", ").Select(column => $"{row}.{column}"));
}
