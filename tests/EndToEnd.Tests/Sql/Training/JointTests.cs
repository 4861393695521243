using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Several labels learnt in one model, as PostgresML's train_joint and predict_joint have it.</summary>
public sealed class JointTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Train = "SELECT * FROM pgml.train_joint('fitness', 'regression', 'pgml.linnerud', ARRAY['weight', 'waist', 'pulse'])";

    [Fact]
    public async Task Labels_learnt_together_are_answered_in_their_order_and_trained_again_by_the_projects_name()
    {
        await using var session = await database.OpenAsync();
        (await session.RowsAsync(Train)).ShouldHaveSingleItem().ShouldBe(["fitness", "regression", "linear", true]);
        await session.ExecuteAsync("SELECT pgml.train_joint('turned', 'regression', 'pgml.linnerud', y_column_name => ARRAY['pulse', 'weight', 'waist'])");

        const string Answers = "SELECT pgml.predict_joint($1, ARRAY[chins, situps, jumps]) FROM pgml.linnerud ORDER BY chins, situps, jumps";
        var answers = await session.ColumnAsync<float[]>(Answers, "fitness");
        answers.Count.ShouldBe(20);
        // A body's weight, waist and pulse in their units, and in the other order.
        answers.Average(answer => answer[0]).ShouldBeInRange(150, 200);
        answers.Average(answer => answer[1]).ShouldBeInRange(33, 38);
        answers.Average(answer => answer[2]).ShouldBeInRange(50, 62);
        (await session.ColumnAsync<float[]>(Answers, "turned")).Average(answer => answer[0]).ShouldBeInRange(50, 62);

        foreach (var algorithm in new[] { "ridge", "lasso", "random_forest", "lightgbm", "linear_svm" })
        {
            await session.ExecuteAsync("SELECT pgml.train_joint('fitness', algorithm => $1::pgml.algorithm)", algorithm);
        }
        // By either function: what is learnt is the last training's.
        await session.ExecuteAsync("SELECT pgml.train('fitness', algorithm => 'huber')");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'fitness' AND m.num_features = 3")).ShouldBe(7);
        (await session.ColumnAsync<string[]>("SELECT y_column_name FROM pgml.overview WHERE name = 'fitness'")).ShouldHaveSingleItem().ShouldBe(["weight", "waist", "pulse"]);
        foreach (var model in await session.ColumnAsync<long>("SELECT m.id FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'fitness'"))
        {
            (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint($1::bigint, ARRAY[5, 162, 60])", model)).Length.ShouldBe(3);
        }
        await session.ExecuteAsync("SELECT pgml.deploy('fitness', 'most_recent', 'random_forest')");
        await session.ExecuteAsync("SELECT pgml.deploy('fitness', 'best_score')");
        await session.ExecuteAsync("SELECT pgml.deploy('fitness', 'rollback')");
    }

    [Fact]
    public async Task Metrics_and_importances_are_means_over_the_labels()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train_joint('measured', 'regression', 'pgml.linnerud', ARRAY['weight', 'waist', 'pulse'])");

        (await session.ScalarAsync<bool>("""
            SELECT abs((m ->> 'r2')::float8 - ((m ->> 'r2.weight')::float8 + (m ->> 'r2.waist')::float8 + (m ->> 'r2.pulse')::float8) / 3) < 1e-9
            FROM (SELECT metrics AS m FROM pgml.models WHERE id = pgml.deployed_model('measured')) AS model
            """)).ShouldBeTrue();
        (await session.ScalarAsync<double>("SELECT sum(importance) FROM pgml.feature_importance('measured')")).ShouldBe(1, 1e-9);
    }

    [Fact]
    public async Task Every_form_of_features_has_the_same_answers_and_predict_has_the_first()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train_joint('formed', 'regression', 'pgml.linnerud', ARRAY['weight', 'pulse'], exclude => ARRAY['waist'])");
        var model = await session.LastModelAsync("formed");

        var expected = await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('formed', ARRAY[5, 162, 60]::real[])");
        foreach (var features in new[] { "ARRAY[5, 162, 60]::smallint[]", "ARRAY[5, 162, 60]", "ARRAY[5, 162, 60]::bigint[]", "ARRAY[5, 162, 60]::float8[]", "ARRAY[5.0, 162, 60]", "ROW(5, 162, 60)" })
        {
            (await session.ScalarAsync<float[]>($"SELECT pgml.predict_joint('formed', {features})")).ShouldBe(expected, features);
            (await session.ScalarAsync<float[]>($"SELECT pgml.predict_joint({model}, {features})")).ShouldBe(expected, features);
        }
        (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('formed', ARRAY[true, false, true])")).Length.ShouldBe(2);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.linnerud t WHERE (pgml.predict_joint('formed', t))[1] IS DISTINCT FROM pgml.predict('formed', t)")).ShouldBe(0);
        (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('formed', NULL::real[])")).ShouldBeNull();
    }

    [Fact]
    public async Task Classes_learnt_together_are_answered_as_alone()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE pairs AS SELECT i::real AS a, (i * 37 % 100)::real AS b, CASE WHEN i > 50 THEN 'up' ELSE 'down' END AS side, i * 37 % 100 > 40 AS high FROM generate_series(0, 99) i");
        await session.ExecuteAsync("SELECT pgml.train_joint('classes', 'classification', 'pairs', ARRAY['side', 'high'], 'lightgbm')");

        (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('classes', ARRAY[90, 10])")).ShouldBe([1, 0]);
        (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('classes', ARRAY[10, 90])")).ShouldBe([0, 1]);
        (await session.ScalarAsync<string>("SELECT pgml.predict_label('classes', ARRAY[10, 90])")).ShouldBe("down");
        (await session.ScalarAsync<bool>("SELECT metrics ? 'f1' AND metrics ? 'f1.side' AND metrics ? 'f1.high' FROM pgml.models WHERE id = pgml.deployed_model('classes')")).ShouldBeTrue();
    }

    [Fact]
    public async Task One_label_is_an_ordinary_model_and_an_ordinary_model_has_an_array_of_one()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('plain', 'regression', 'line_3', 'y')");
        await session.ExecuteAsync("SELECT pgml.train_joint('one', 'regression', 'line_3', ARRAY['y'])");

        (await session.ScalarAsync<float[]>("SELECT pgml.predict_joint('plain', ARRAY[10])")).ShouldHaveSingleItem().ShouldBe(30, 1e-3f);
        (await session.ScalarAsync<byte[]>("SELECT image_sha256 FROM pgml.models WHERE id = pgml.deployed_model('one')"))
            .ShouldBe(await session.ScalarAsync<byte[]>("SELECT image_sha256 FROM pgml.models WHERE id = pgml.deployed_model('plain')"));
        await session.ExecuteAsync("SELECT pgml.train_joint('plain', algorithm => 'ridge')");
        await session.ExecuteAsync("SELECT pgml.train_joint('parts', 'decomposition', 'line_3', algorithm => 'pca')");
        await session.RefuseAsync("0A000", "decomposition", "SELECT pgml.predict_joint('parts', ARRAY[1, 2])");
    }

    [Fact]
    public async Task A_joint_model_is_exported_and_imported_whole()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train_joint('sent', 'regression', 'pgml.linnerud', ARRAY['weight', 'waist', 'pulse'], 'random_forest')");
        await session.ExecuteAsync("SELECT pgml.import_model('received', 'regression', pgml.export_model(pgml.deployed_model('sent')))");

        (await session.ScalarAsync<long>("""
            SELECT count(*) FROM pgml.linnerud t WHERE pgml.predict_joint('sent', t) IS DISTINCT FROM pgml.predict_joint('received', t) OR cardinality(pgml.predict_joint('received', t)) <> 3
            """)).ShouldBe(0);
    }

    [Theory]
    [InlineData("42703", "height", "'regression', 'pgml.linnerud', ARRAY['weight', 'height']")]
    [InlineData("22023", "weight", "'regression', 'pgml.linnerud', ARRAY['weight', 'waist', 'weight']")]
    [InlineData("22004", "y_column_name", "'regression', 'pgml.linnerud', ARRAY['weight', NULL]")]
    [InlineData("22023", "needs a label", "'regression', 'pgml.linnerud', NULL")]
    [InlineData("22023", "needs a label", "'regression', 'pgml.linnerud', '{}'")]
    [InlineData("22023", "no feature columns", "'regression', 'pgml.linnerud', ARRAY['chins', 'situps', 'jumps', 'weight', 'waist', 'pulse']")]
    [InlineData("22023", "weight", "'regression', 'pgml.linnerud', ARRAY['weight', 'waist'], exclude => ARRAY['weight']")]
    [InlineData("22023", "has no label", "'clustering', 'pgml.linnerud', ARRAY['weight', 'waist']")]
    [InlineData("42804", "image", "'classification', 'pgml.digits', ARRAY['target', 'image']")]
    [InlineData("42804", "word", "'regression', 'mixed', ARRAY['number', 'word']")]
    [InlineData("22004", "holed", "'regression', 'mixed', ARRAY['number', 'holed'], exclude => ARRAY['word']")]
    [InlineData("0A000", "word", """'regression', 'mixed', ARRAY['number', 'a'], exclude => ARRAY['holed'], preprocess => '{"word": {"encode": "target"}}'""")]
    public async Task What_cannot_be_learnt_together_is_refused_and_nothing_is_written(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("BEGIN; CREATE TABLE mixed AS SELECT i AS a, i % 7 AS number, 'x' || i % 3 AS word, nullif(i, 5) AS holed FROM generate_series(1, 20) i; SAVEPOINT before");

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train_joint('refused', {arguments})");

        await session.ExecuteAsync("ROLLBACK TO before");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'refused'")).ShouldBe(0);
    }
}
