using System.Runtime.InteropServices;
using System.Text;
using Graincast.Scoring;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Exchanging;

/// <summary>Models of trees as LightGBM's text, read by LightGBM itself.</summary>
public sealed partial class LightGbmTextTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("regression", "lightgbm", "{}", "pgml.diabetes")]
    [InlineData("regression", "bagging", "{}", "pgml.diabetes")]
    [InlineData("regression", "random_forest", """{"n_estimators": 10}""", "pgml.diabetes")]
    [InlineData("regression", "lightgbm", """{"min_data_in_leaf": 1000}""", "pgml.diabetes")]
    [InlineData("classification", "lightgbm", """{"n_estimators": 10}""", "pgml.breast_cancer", "malignant")]
    [InlineData("classification", "lightgbm", """{"n_estimators": 10}""", "pgml.iris")]
    [InlineData("classification", "extra_trees", """{"n_estimators": 10}""", "pgml.wine")]
    [InlineData("classification", "random_forest", """{"n_estimators": 10}""", "pgml.digits")]
    public async Task LightGBM_gives_the_kernels_raw_scores(string task, string algorithm, string hyperparams, string relation, string label = "target")
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"SELECT pgml.train('texts', '{task}', '{relation}', '{label}', '{algorithm}', '{hyperparams}')");
        var model = await session.LastModelAsync("texts");
        var text = await session.ScalarAsync<string>($"SELECT convert_from(pgml.export_model({model}, 'lightgbm'), 'UTF8')");
        using var kernel = ScoringModel.Open(await session.ScalarAsync<byte[]>($"SELECT pgml.export_model({model})"));
        await session.ExecuteAsync("SELECT pgml.drop_project('texts')");

        var random = new Random(4);
        var rows = Enumerable.Range(0, 200).Select(row => Enumerable.Range(0, kernel.Inputs).Select(_ => Feature(random)).ToArray()).ToArray();
        var expected = new double[kernel.Outputs];
        var scores = Score(text, rows, kernel.Outputs);
        for (var row = 0; row < rows.Length; row++)
        {
            kernel.Scores(rows[row], expected);
            for (var output = 0; output < expected.Length; output++)
            {
                scores[row * expected.Length + output].ShouldBe(expected[output], 1e-11 * (1 + Math.Abs(expected[output])), $"row {row}, output {output}");
            }
        }
    }

    [Fact]
    public async Task Features_have_their_columns_names()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE TABLE named AS SELECT x AS "a b", ARRAY[x, -x] AS "vé", x > 50 AS y FROM generate_series(1, 100) x;
            SELECT pgml.train('named', 'classification', 'named', 'y', 'lightgbm', '{"n_estimators": 2}')
            """);

        var text = await session.ScalarAsync<string>("SELECT convert_from(pgml.export_model(pgml.deployed_model('named'), 'lightgbm'), 'UTF8')");

        text.ShouldContain("\nfeature_names=a_b vé_0 vé_1\n");
        text.ShouldContain("\nobjective=binary sigmoid:1\n");
        (await session.ScalarAsync<bool>("SELECT pgml.export_model(id, 'image') = pgml.export_model(id) FROM pgml.deployed_model('named') AS id")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_text_cannot_say_is_refused()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("no trees", 1);
        await session.ExecuteAsync("""SELECT pgml.train('scaled', 'regression', 'line_1', 'y', 'lightgbm', preprocess => '{"x": {"scale": "standard"}}')""");

        (await session.FailAsync("0A000", "SELECT pgml.export_model(pgml.deployed_model('no trees'), 'lightgbm')")).Hint.ShouldNotBeNull().ShouldContain("lightgbm");
        (await session.FailAsync("0A000", "SELECT pgml.export_model(pgml.deployed_model('scaled'), 'lightgbm')")).Hint.ShouldNotBeNull().ShouldContain("view");
        (await session.FailAsync("22023", "SELECT pgml.export_model(pgml.deployed_model('scaled'), 'text')")).Hint.ShouldBe("Formats: image, lightgbm, onnx.");
    }

    [Theory]
    [InlineData("regression", "lightgbm", "a * b")]
    [InlineData("regression", "random_forest", "a * b")]
    [InlineData("classification", "lightgbm", "a > b")]
    [InlineData("classification", "lightgbm", "(a + b) % 3")]
    public async Task An_imported_text_answers_as_the_exported_model(string task, string algorithm, string label)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($$"""
            CREATE TABLE told AS SELECT a, b, {{label}} AS y FROM generate_series(1, 17) a, generate_series(1, 19) b;
            SELECT pgml.train('told', '{{task}}', 'told', 'y', '{{algorithm}}', '{"n_estimators": 10}')
            """);

        var id = await session.ScalarAsync<long>($"SELECT pgml.import_model('heard', '{task}', pgml.export_model(pgml.deployed_model('told'), 'lightgbm'))");

        (await session.ScalarAsync<long>("SELECT pgml.deployed_model('heard')")).ShouldBe(id);
        (await session.RowsAsync($"SELECT count(*) > 100, max(abs(pgml.predict('told', t) - pgml.predict('heard', t))) < 1e-4 FROM told t")).ShouldHaveSingleItem().ShouldBe([true, true]);
        var again = await session.ScalarAsync<long>($"SELECT pgml.import_model('heard', '{task}', pgml.export_model({id}, 'lightgbm'))");
        (await session.ScalarAsync<bool>($"SELECT pgml.export_model({again}) = pgml.export_model({id})")).ShouldBeTrue();
        await session.ExecuteAsync("SELECT pgml.drop_project('told'), pgml.drop_project('heard'); DROP TABLE told");
    }

    [Fact]
    public async Task A_text_that_no_image_can_say_is_refused_and_nothing_is_written()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('spoken', 'regression', 'line_1', 'y', 'lightgbm')");
        var text = await session.ScalarAsync<string>("SELECT convert_from(pgml.export_model(pgml.deployed_model('spoken'), 'lightgbm'), 'UTF8')");
        var otherRole = await database.CreateRoleAsync("listener");
        await using var other = await database.OpenAsync(otherRole);
        const string Import = "SELECT pgml.import_model($1, $2, convert_to($3, 'UTF8'))";

        var objective = await session.FailAsync("0A000", Import, "unheard", "regression", text.Replace("objective=regression", "objective=poisson"));
        objective.MessageText.ShouldContain("poisson");
        objective.Hint.ShouldNotBeNull().ShouldContain("multiclass");
        (await session.FailAsync("22023", Import, "unheard", "regression", text[..^"end of trees\n".Length])).MessageText.ShouldContain("without \"end of trees\"");
        (await session.FailAsync("22023", Import, "unheard", "regression", "tree\r\n")).MessageText.ShouldContain("line 1");
        (await session.FailAsync("22023", Import, "unheard", "classification", text)).Hint.ShouldBe("Pass task => 'regression'.");
        (await session.FailAsync("22023", "SELECT pgml.import_model('unheard', 'regression', $1)", Encoding.Latin1.GetBytes("tree\nversion=v4é"))).MessageText.ShouldContain("UTF-8");
        (await session.FailAsync("54000", "SELECT pgml.import_model('unheard', 'regression', convert_to(E'tree\\nversion=' || repeat('4', 64 << 20), 'UTF8'))")).Hint.ShouldNotBeNull().ShouldContain("num_iteration");
        await other.FailAsync("42501", Import, "spoken", "regression", text);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'unheard'")).ShouldBe(0);
    }

    private static float Feature(Random random) => random.Next(8) switch
    {
        0 => float.NaN,
        1 => 0,
        2 => random.NextSingle() * 1000,
        3 => -1e38f,
        4 => float.PositiveInfinity,
        _ => (random.NextSingle() - 0.3f) * 10,
    };

    private static unsafe double[] Score(string text, float[][] rows, int outputs)
    {
        const int Float32 = 0;
        const int RawScore = 1;
        var scores = new double[rows.Length * outputs];
        long length;
        int iterations;
        nint booster;
        BoosterLoadModelFromString(text, &iterations, &booster).ShouldBe(0);
        fixed (float* data = rows.SelectMany(row => row).ToArray())
        fixed (double* result = scores)
        {
            BoosterPredictForMat(booster, data, Float32, rows.Length, rows[0].Length, 1, RawScore, 0, -1, "num_threads=1 verbosity=-1", &length, result).ShouldBe(0);
        }

        BoosterFree(booster).ShouldBe(0);
        length.ShouldBe(scores.Length);
        return scores;
    }

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterLoadModelFromString", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int BoosterLoadModelFromString(string text, int* iterations, nint* booster);

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int BoosterPredictForMat(nint booster, void* data, int type, int rows, int columns, int rowMajor, int predictType,
        int firstIteration, int iterations, string parameters, long* length, double* result);

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint booster);
}
