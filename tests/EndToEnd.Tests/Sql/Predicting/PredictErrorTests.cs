using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>Every wrong question is answered with its SQLSTATE, the name of the thing, and a hint.</summary>
public sealed class PredictErrorTests(PredictErrorTests.Models models) : IClassFixture<PredictErrorTests.Models>
{
    [Theory]
    [InlineData("42704", "no such project", "pgml.predict('no such project', ARRAY[1]::real[])")]
    [InlineData("42704", "flowrs", "pgml.predict('flowrs', ARRAY[1]::real[])")]
    [InlineData("42704", "", "pgml.predict('', ARRAY[1]::real[])")]
    [InlineData("42704", "no such project", "pgml.predict_proba('no such project', ARRAY[1]::real[])")]
    [InlineData("42704", "no such project", "pgml.predict_batch('no such project', ARRAY[1]::real[])")]
    [InlineData("42704", "no such project", "pgml.decompose('no such project', ARRAY[1]::real[])")]
    [InlineData("42704", "no such project", "pgml.deployed_model('no such project')")]
    [InlineData("42704", "4611686018427387904", "pgml.predict(4611686018427387904, ARRAY[1]::real[])")]
    [InlineData("42704", "model 0 ", "pgml.predict(0::bigint, ROW(1))")]
    [InlineData("42704", "model -1 ", "pgml.predict_proba(-1::bigint, ARRAY[1]::real[])")]
    [InlineData("55000", "asleep", "pgml.predict('asleep', ARRAY[1]::real[])")]
    [InlineData("55000", "asleep", "pgml.deployed_model('asleep')")]
    public async Task A_project_or_model_that_cannot_answer_is_named(string sqlState, string thing, string call)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT {call}");
    }

    [Theory]
    [InlineData("22023", "4 features, 3", "pgml.predict('flowers', ARRAY[1, 2, 3])")]
    [InlineData("22023", "4 features, 5", "pgml.predict('flowers', ARRAY[1, 2, 3, 4, 5]::real[])")]
    [InlineData("22023", "4 features, 0", "pgml.predict('flowers', '{}'::real[])")]
    [InlineData("22023", "4 features, 3", "pgml.predict('flowers', ARRAY['1', '2', '3'])")]
    [InlineData("22023", "4 features, 8", "pgml.predict('flowers', ARRAY[[1, 2, 3, 4], [1, 2, 3, 4]])")]
    [InlineData("22023", "4 features, 8", "pgml.predict_proba('flowers', ARRAY[1, 2, 3, 4, 5, 6, 7, 8]::real[])")]
    [InlineData("22023", "4 features, 6", "pgml.predict_batch('flowers', ARRAY[1, 2, 3, 4, 5, 6]::real[])")]
    [InlineData("22023", "4 features, 2", "pgml.predict_batch('flowers', ARRAY[[1, 2], [3, 4]]::real[])")]
    [InlineData("22023", "sepal_length", "pgml.predict('flowers', ROW(1, 2, 3))")]
    [InlineData("22023", "x", "pgml.predict('line', w) FROM pgml.wine w LIMIT 1")]
    [InlineData("22023", "64 numbers", "pgml.predict('digits', ROW(ARRAY[1, 2, 3]))")]
    public async Task A_wrong_count_of_features_is_told_with_the_right_one(string sqlState, string thing, string call)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT {call}");
    }

    [Theory]
    [InlineData("22004", "petal_width", "pgml.predict('flowers', ARRAY[1, 2, 3, NULL])")]
    [InlineData("22004", "sepal_width", "pgml.predict('flowers', ARRAY[1, NULL, 3, 4]::real[])")]
    [InlineData("22004", "sepal_length", "pgml.predict('flowers', ROW(NULL::real, 2, 3, 4))")]
    [InlineData("22004", "petal_length", "pgml.predict('flowers', ARRAY['1', '2', NULL, '4'])")]
    [InlineData("22004", "sepal_width", "pgml.predict_proba('flowers', ARRAY[1, NULL, 3, 4]::real[])")]
    [InlineData("22004", "sepal_width", "pgml.predict_batch('flowers', ARRAY[1, 1, 1, 1, 1, NULL, 1, 1]::real[])")]
    [InlineData("22004", "image", "pgml.predict('digits', (SELECT array_agg(NULLIF(v, 0)) FROM pgml.digits, unnest(image) v GROUP BY ctid LIMIT 1))")]
    public async Task A_NULL_feature_names_its_column(string sqlState, string thing, string call)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT {call}");
    }

    [Theory]
    [InlineData("42804", "integer", "pgml.predict('flowers', 5)")]
    [InlineData("42804", "date", "pgml.predict('flowers', current_date)")]
    [InlineData("42804", "date[]", "pgml.predict('flowers', ARRAY[current_date])")]
    [InlineData("42804", "jsonb", "pgml.predict('flowers', '{}'::jsonb)")]
    [InlineData("22P02", "sepal_width", "pgml.predict('flowers', ROW(1, 'two', 3, 4))")]
    [InlineData("42804", "petal_width", "pgml.predict('flowers', ROW(1, 2, 3, now()))")]
    [InlineData("42804", "petal_width", "pgml.predict('flowers', ROW(1, 2, 3, ARRAY['a']))")]
    [InlineData("42804", "text columns", "pgml.predict('fruit', ARRAY[1, 2])")]
    [InlineData("42804", "colour", "pgml.predict('fruit', ROW(1, 2))")]
    [InlineData("22P02", "sepal_width", "pgml.predict('flowers', ARRAY['1', 'two', '3', '4'])")]
    [InlineData("22P02", "sepal_length", "pgml.predict('flowers', ARRAY['', '2', '3', '4'])")]
    [InlineData("22003", "sepal_length", "pgml.predict('flowers', ARRAY[1e300, 2, 3, 4]::float8[])")]
    [InlineData("22003", "petal_width", "pgml.predict('flowers', ARRAY['1', '2', '3', '1e999'])")]
    [InlineData("22003", "sepal_width", "pgml.predict('flowers', ROW(1, -1e200::float8, 3, 4))")]
    public async Task A_value_that_is_no_feature_names_its_type_or_column(string sqlState, string thing, string call)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT {call}");
    }

    [Theory]
    [InlineData("0A000", "probabilities", "pgml.predict_proba('line', ARRAY[1]::real[])")]
    [InlineData("0A000", "decomposition", "pgml.decompose('line', ARRAY[1]::real[])")]
    [InlineData("0A000", "decomposition", "pgml.predict('parts', ARRAY[1, 2, 3, 4]::real[])")]
    [InlineData("0A000", "decomposition", "pgml.predict_batch('parts', ARRAY[1, 2, 3, 4]::real[])")]
    public async Task A_form_that_the_task_does_not_have_points_to_the_one_it_has(string sqlState, string thing, string call)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT {call}");
    }

    [Fact]
    public async Task A_near_miss_of_a_name_is_corrected_in_the_hint()
    {
        await using var session = await models.Database.OpenAsync();

        (await session.FailAsync("42704", "SELECT pgml.predict('flowrs', ARRAY[1]::real[])")).Hint.ShouldBe("Perhaps you meant \"flowers\".");
    }

    [Theory]
    [InlineData("data = ''")]
    [InlineData("data = substring(data FROM 1 FOR 100)")]
    [InlineData("data = data || data")]
    [InlineData("part = 1")]
    public async Task An_image_whose_bytes_are_damaged_in_the_catalog_is_told_as_damaged(string damage)
    {
        await using var session = await models.Database.OpenAsync();
        var model = await session.TrainLineAsync("damaged", 1);
        await session.ExecuteAsync($"UPDATE pgml.files SET {damage} WHERE model_id = {model}");
        await using var alone = await models.Database.OpenAsync();
        await alone.ExecuteAsync("SET graincast.socket = '/nowhere/graincast.sock'");

        await alone.RefuseAsync("XX001", "image", "SELECT pgml.predict($1::bigint, ARRAY[1]::real[])", model);
    }

    [Fact]
    public async Task An_error_leaves_the_session_able_to_predict()
    {
        await using var session = await models.Database.OpenAsync();

        for (var i = 0; i < 3; i++)
        {
            await session.FailAsync("22023", "SELECT pgml.predict('line', ARRAY[1, 2]::real[])");
            (await session.SlopeAsync("line")).ShouldBe(2);
        }
    }

    /// <summary>One model of each task, trained once for all questions.</summary>
    public sealed class Models(Graincast.Servers.GraincastServer server) : IAsyncLifetime
    {
        public TestDatabase Database { get; } = new(server);

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            await using var session = await Database.OpenAsync();
            await session.ExecuteAsync("""
                CREATE TABLE fruit AS SELECT x::real AS weight, CASE x % 2 WHEN 0 THEN 'green' ELSE 'red' END AS colour, x % 2 AS kind FROM generate_series(1, 40) x;
                CREATE VIEW measures AS SELECT sepal_length, sepal_width, petal_length, petal_width FROM pgml.iris;
                SELECT pgml.train('flowers', 'classification', 'pgml.iris', 'target');
                SELECT pgml.train('digits', 'classification', 'pgml.digits', 'target', 'ridge');
                SELECT pgml.train('fruit', 'classification', 'fruit', 'kind');
                SELECT pgml.train('parts', 'decomposition', 'measures', algorithm => 'pca');
                """);
            await session.TrainAndDeployLineAsync("line", 2);
            await session.TrainLineAsync("asleep", 1);
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
