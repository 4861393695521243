using Graincast.Onnx;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Exchanging;

/// <summary>ONNX files, scored by child processes of the silo.</summary>
public sealed class OnnxTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Import = "SELECT pgml.import_model($1, $2, $3)";

    [Fact]
    public async Task A_regression_answers_by_every_form_of_features_and_leaves_as_the_file_that_it_came_as()
    {
        await using var session = await database.OpenAsync();
        var onnx = OnnxFiles.Linear([2, -1], 0.5f);

        var id = await session.ScalarAsync<long>(Import, "sums", "regression", onnx);

        (await session.RowsAsync($"""
            SELECT pgml.predict('sums', ARRAY[1, 2]), pgml.predict({id}, ARRAY[1, 2]::float8[]), pgml.predict('sums', ROW(3, 1.5)), pgml.predict('sums', ARRAY['3', '1']),
                   pgml.predict_joint('sums', ARRAY[1, 2]), pgml.predict_batch({id}, ARRAY[[1, 2], [0, 0]]::real[]), pgml.predict('sums', ARRAY['NaN', 1]::real[])
            """)).ShouldHaveSingleItem().ShouldBe([0.5f, 0.5f, 5f, 5.5f, new[] { 0.5f }, new[] { 0.5f, 0.5f }, float.NaN]);
        (await session.RowsAsync($"SELECT algorithm, num_features, metrics::text FROM pgml.models WHERE id = {id}")).ShouldHaveSingleItem().ShouldBe(["onnx", 2, "{}"]);
        (await session.ScalarAsync<byte[]>($"SELECT pgml.export_model({id}, 'onnx')")).ShouldBe(onnx);
        var copy = await session.ScalarAsync<long>($"SELECT pgml.import_model('copied', 'regression', pgml.export_model({id}))");
        (await session.ScalarAsync<bool>($"SELECT pgml.export_model({id}) = pgml.export_model({copy})")).ShouldBeTrue();
        (await session.ScalarAsync<float>("SELECT pgml.predict('copied', ARRAY[1, 2])")).ShouldBe(0.5f);
    }

    [Fact]
    public async Task A_classification_answers_with_its_labels_and_probabilities()
    {
        await using var session = await database.OpenAsync();
        await session.ScalarAsync<long>(Import, "pets", "classification", OnnxFiles.Stump(new[] { "cat", "dog" }, isZipped: true));
        await session.ScalarAsync<long>(Import, "numbers", "classification", OnnxFiles.Stump(new long[] { 3, 7 }, isZipped: false));

        (await session.RowsAsync("""
            SELECT pgml.predict_label('pets', ARRAY[0, x]), pgml.predict('pets', ARRAY[0, x]), pgml.predict('numbers', ARRAY[0, x]), pgml.predict_label('numbers', ROW(0, x)),
                   pgml.predict_proba('pets', ARRAY[0, x]) FROM (VALUES (0.5), (0.6)) AS v (x)
            """)).ShouldBe([["cat", 0f, 3f, "3", new[] { 0.9f, 0.1f }], ["dog", 1f, 7f, "7", new[] { 0.25f, 0.75f }]]);
        (await session.ColumnAsync<float>("SELECT pgml.predict_batch('numbers', '{{0,0},{0,1},{0,0}}')")).ShouldBe([3, 7, 3]);
    }

    [Fact]
    public async Task Rows_of_a_table_and_of_keys_are_scored_as_arrays_are()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE petals (id int PRIMARY KEY, width real, length real[]); INSERT INTO petals SELECT i, i, ARRAY[i + 1, i + 2] FROM generate_series(1, 100) i; GRANT SELECT ON petals TO graincast");

        await session.ScalarAsync<long>(Import, "petals", "regression", OnnxFiles.Columns());
        await session.ExecuteAsync("SELECT pgml.create_feature_source('petals', 'petals')");

        (await session.ScalarAsync<long>("SELECT count(*) FROM petals p WHERE pgml.predict('petals', p) <> 111 * id + 210")).ShouldBe(0);
        (await session.ScalarAsync<float>("SELECT pgml.predict_by_key('petals', 3)")).ShouldBe(543);
        var many = await session.ScalarAsync<float[]>("SELECT pgml.predict_batch(pgml.deployed_model('petals'), (SELECT array_agg(x) FROM (SELECT unnest(ARRAY[i, 0, 1]) AS x FROM generate_series(1, 5000) i) v)::real[])");
        many.ShouldBe(Enumerable.Range(1, 5000).Select(i => i + 100f));
    }

    [Fact]
    public async Task A_model_answers_within_its_transaction_and_goes_with_it()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("taker"));
        await session.ExecuteAsync("BEGIN");
        await session.ScalarAsync<long>(Import, "passing", "regression", OnnxFiles.Linear([4], 0));
        (await session.SlopeAsync("passing")).ShouldBe(4);
        var image = await session.ScalarAsync<byte[]>("SELECT pgml.export_model(pgml.deployed_model('passing'))");
        await session.ExecuteAsync("ROLLBACK");
        await session.FailAsync("42704", "SELECT pgml.predict('passing', ARRAY[1])");

        await session.ExecuteAsync("BEGIN");
        await session.ScalarAsync<long>(Import, "passing", "regression", image);
        (await session.SlopeAsync("passing")).ShouldBe(4);
        await session.ScalarAsync<long>(Import, "passing", "regression", OnnxFiles.Linear([5], 0));
        (await session.SlopeAsync("passing")).ShouldBe(5);
        await session.ExecuteAsync("COMMIT; SELECT pgml.deploy('passing', 'rollback')");
        (await session.SlopeAsync("passing")).ShouldBe(4);
        await session.ExecuteAsync("SELECT pgml.drop_project('passing')");
    }

    [Fact]
    public async Task What_is_not_offered_or_no_model_is_refused_and_nothing_is_written()
    {
        await using var session = await database.OpenAsync();
        await session.ScalarAsync<long>(Import, "plain", "regression", OnnxFiles.Linear([1], 0));
        await session.TrainAndDeployLineAsync("trained", 2);
        var otherRole = await database.CreateRoleAsync("other");
        await using var other = await database.OpenAsync(otherRole);

        await session.RefuseAsync("22023", "no ONNX model", Import, "none", "regression", new byte[] { 8, 8, 255, 255 });
        await session.RefuseAsync("22023", "is a regression, and task is \"classification\"", Import, "none", "classification", OnnxFiles.Linear([1], 0));
        await session.RefuseAsync("0A000", "no probabilities", Import, "none", "classification", OnnxFiles.Network("Identity"));
        await session.RefuseAsync("54000", "ONNX model has", "SELECT pgml.import_model('none', 'regression', '\\x0808'::bytea || convert_to(repeat('x', 64 << 20), 'UTF8'))");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'none'")).ShouldBe(0);

        await session.RefuseAsync("0A000", "onnx", "SELECT pgml.explain('plain', ARRAY[1])");
        await session.RefuseAsync("0A000", "importances", "SELECT pgml.feature_importance('plain')");
        await session.RefuseAsync("0A000", "\"plain\" is no decomposition", "SELECT pgml.decompose('plain', '{1}')");
        await session.RefuseAsync("0A000", "probabilities", "SELECT pgml.predict_proba('plain', ARRAY[1])");
        await session.RefuseAsync("0A000", "no trees", "SELECT pgml.export_model(pgml.deployed_model('plain'), 'lightgbm')");
        await session.RefuseAsync("0A000", "not imported", "SELECT pgml.export_model(pgml.deployed_model('trained'), 'onnx')");
        await session.RefuseAsync("22023", "1 features, 2 given", "SELECT pgml.predict('plain', ARRAY[1, 2])");
        await session.RefuseAsync("22004", "NULL", "SELECT pgml.predict('plain', ARRAY[NULL]::real[])");
        await other.FailAsync("42501", "SELECT pgml.predict('plain', ARRAY[1])");
        await other.FailAsync("42501", Import, "plain", "regression", OnnxFiles.Linear([1], 0));
        await session.ExecuteAsync($"SELECT pgml.grant_project('plain', '{otherRole}', 'predict')");
        (await other.ScalarAsync<float>("SELECT pgml.predict('plain', ARRAY[3])")).ShouldBe(3);
        await other.FailAsync("42501", "SELECT pgml.export_model(pgml.deployed_model('plain'), 'onnx')");
    }
}
