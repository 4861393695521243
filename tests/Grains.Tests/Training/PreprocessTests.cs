using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Every preparation is checked against the trainer at publication; here against numbers worked out by hand.</summary>
public class PreprocessTests
{
    private static readonly ColumnSpec[] Columns =
    [
        new("size", ColumnType.Text, false, false),
        new("weight", ColumnType.Float64, false, false),
        new("y", ColumnType.Float64, false, true),
    ];

    // Of six rows the last is held out: its numbers must not count.
    private static readonly Table Sizes = new(Columns,
    [
        ["small", 1.0, 10.0],
        ["large", 2.0, 30.0],
        ["small", 3.0, 20.0],
        ["medium", 4.0, 40.0],
        ["small", 10.0, 30.0],
        ["large", 1000.0, 5000.0],
    ]);

    [Theory]
    [InlineData("standard", 4, 0.31622776601683794)]
    [InlineData("min_max", 1, 1.0 / 9)]
    [InlineData("max_abs", 0, 0.1)]
    [InlineData("robust", 3, 0.5)]
    public void Scales_use_statistics_of_the_training_part(string scale, double center, double factor)
    {
        var column = Fit(Sizes, $$$"""{"weight": {"scale": "{{{scale}}}"}}""").Columns[1];

        column.Center.Single().ShouldBe(center, 1e-12);
        column.Scale.Single().ShouldBe(factor, 1e-12);
    }

    [Theory]
    [InlineData("mean", 4f)]
    [InlineData("median", 3f)]
    [InlineData("mode", 1f)]
    [InlineData("min", 1f)]
    [InlineData("max", 10f)]
    [InlineData("zero", 0f)]
    public void Numbers_are_imputed_by_statistics_of_the_training_part(string impute, float fill)
    {
        Fit(Sizes, $$$"""{"weight": {"impute": "{{{impute}}}"}}""").Columns[1].Fill.ShouldBe([fill]);
    }

    [Fact]
    public void Texts_are_encoded_as_asked()
    {
        Values("""{"size": {"encode": "native"}}""").ShouldBe([("large", 0), ("medium", 1), ("small", 2)]);
        Values("""{"size": {"encode": "target"}}""").ShouldBe([("large", 30), ("medium", 40), ("small", 20), ("other", 26)]);
        Values("""{"size": {"encode": {"ordinal": ["small", "medium", "large", "huge"]}}}""").ShouldBe([("small", 0), ("medium", 1), ("large", 2), ("huge", 3)]);
        Fit(Sizes, """{"size": {"encode": "one_hot"}}""").FeatureNames.ShouldBe(["size", "size", "size", "weight"]);
    }

    [Theory]
    [InlineData("target", 26f)]
    [InlineData("one_hot", 0f)]
    public void A_text_that_training_has_not_seen_has_the_mean_label_or_none_of_the_features(string encode, float feature)
    {
        var preparation = Fit(Sizes, $$$"""{"size": {"encode": "{{{encode}}}"}}""");
        var unseen = new FloatTable(1, 2);
        unseen.Row(0)[0] = float.NaN;

        preparation.Apply(unseen).Row(0)[..^1].ToArray().ShouldAllBe(value => value == feature);
    }

    [Fact]
    public void The_text_that_stands_for_all_unseen_ones_is_none_of_those_that_were_seen()
    {
        var table = Sizes with { Rows = [.. Sizes.Rows.Select(row => (object?[])[(string)row[0]! == "small" ? "other" : row[0], row[1], row[2]])] };

        var column = Fit(table, """{"size": {"encode": "target"}}""").Columns[0];

        column.Categories.Select(category => (category.Text, category.Value)).ShouldBe([("large", 30f), ("medium", 40f), ("other", 20f), ("other'", 26f)]);
        (column.Unknown, column.Fill).ShouldBe((3f, []));
    }

    [Theory]
    [InlineData("linear", "native", false)]
    [InlineData("linear", "target", true)]
    [InlineData("linear", "one_hot", true)]
    [InlineData("lightgbm", "native", true)]
    [InlineData("kmeans", "native", false)]
    public void An_unseen_text_is_refused_by_name_where_the_answer_would_be_NaN(string algorithm, string encode, bool isAnswered)
    {
        var table = algorithm == "kmeans" ? Sizes.Without("y") : Sizes;
        var spec = Trainer.Spec(table, algorithm == "kmeans" ? "clustering" : "regression", algorithm) with
        {
            Preprocess = $$$"""{"size": {"encode": "{{{encode}}}"}}""",
            Hyperparams = algorithm == "kmeans" ? """{"n_clusters": 2}""" : "{}",
            TestSize = 0,
        };
        using var model = Trainer.Train(table, spec).Open();

        if (isAnswered)
        {
            float.IsFinite(model.Predict([model.TextInput(0, "huge"), 2])).ShouldBeTrue();
            return;
        }

        var error = Trainer.Refusal(() => model.TextInput(0, "huge"));
        (error.SqlState, error.Message).ShouldBe(("22023", "column \"size\" has the text \"huge\", which training has not seen"));
        model.TextInput(0, "large").ShouldBe(0);
    }

    [Fact]
    public void Texts_are_imputed_by_a_category()
    {
        Fit(Sizes, """{"size": {"impute": "mode"}}""").Columns[0].Fill.ShouldBe([2f]);
        Fit(Sizes, """{"size": {"encode": {"ordinal": ["small", "medium", "large"]}, "impute": "median"}}""").Columns[0].Fill.ShouldBe([0f]);
        Fit(Sizes, """{"size": {"encode": {"ordinal": ["small", "medium", "large"]}, "impute": "max"}}""").Columns[0].Fill.ShouldBe([2f]);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("lightgbm")]
    [InlineData("random_forest")]
    public void A_model_with_every_preparation_is_published_and_answers_missing_values(string algorithm)
    {
        var random = new Random(8);
        var rows = Enumerable.Range(0, 300).Select(i => (object?[])
        [
            i % 17 == 0 ? null : new[] { "small", "medium", "large" }[i % 3],
            i % 13 == 0 ? null : random.NextDouble() * 50,
            i % 3 * 20.0 + random.NextDouble(),
        ]).ToList();
        var table = new Table(Columns, rows);
        const string Preprocess = """{"size": {"encode": "one_hot", "impute": "mode", "scale": "standard"}, "weight": {"impute": "median", "scale": "robust"}}""";

        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", algorithm) with { Preprocess = Preprocess });

        trained.Metric("r2").ShouldBeGreaterThan(0.8);
        using var model = trained.Open();
        model.Columns.ShouldAllBe(column => column.Missing == MissingInput.Fill);
        model.Predict([float.NaN, float.NaN]).ShouldBe(model.Predict([model.Category(0, "medium") + 99, float.NaN]));
        float.IsFinite(model.Predict([float.NaN, float.NaN])).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"weight": {"encode": "one_hot"}}""", "column \"weight\" is no text: encode does not apply to it")]
    [InlineData("""{"weight": {"impute": "guess"}}""", "impute of column \"weight\" cannot be \"guess\"")]
    [InlineData("""{"weight": {"impute": 5}}""", "impute of column \"weight\" cannot be 5")]
    [InlineData("""{"weight": {"clip": 5}}""", "preprocess of \"weight\" has \"clip\"")]
    [InlineData("""{"weight": "standard"}""", "preprocess of \"weight\" must be an object")]
    [InlineData("""{"size": {"impute": "mean"}}""", "column \"size\" is text: impute cannot be mean")]
    [InlineData("""{"size": {"encode": {"ordinal": []}}}""", "encode of column \"size\" must be")]
    [InlineData("""{"size": {"encode": {"ordinal": ["a", "a"]}}}""", "encode of column \"size\" must be")]
    [InlineData("""{"y": {"scale": "standard"}}""", "preprocess names \"y\", which is no feature column")]
    [InlineData("""{"size": {"encode": {"ordinal": ["small", "large"]}}}""", "column \"size\" has the text \"medium\", which its ordinal list lacks")]
    public void A_wrong_preprocess_is_refused_by_column(string preprocess, string message)
    {
        var error = Trainer.Refusal(() => Trainer.Train(Sizes, Trainer.Spec(Sizes, "regression", "ridge") with { Preprocess = preprocess, TestSize = 2 }));

        error.SqlState.ShouldBe("22023");
        error.Message.ShouldStartWith(message);
    }

    [Fact]
    public void A_column_without_any_value_cannot_be_imputed_from_itself()
    {
        var table = Sizes with { Rows = [.. Sizes.Rows.Select(row => (object?[])[row[0], null, row[2]])] };

        Trainer.Refusal(() => Fit(table, """{"weight": {"impute": "mean"}}""")).Message.ShouldContain("no value in the training rows");
        Fit(table, """{"weight": {"impute": "zero"}}""").Columns[1].Fill.ShouldBe([0f]);
    }

    private static (string, int)[] Values(string preprocess) =>
        [.. Fit(Sizes, preprocess).Columns[0].Categories.Select(category => (category.Text, (int)category.Value))];

    private static Preparation Fit(Table table, string preprocess)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, RowBytes.Write(table.Columns, table.Rows));
            var spec = Trainer.Spec(table, "regression", "ridge") with { Preprocess = preprocess, Sampling = "last", TestSize = 1.0f / 6 };
            using var rows = RowSet.Read([path], table.Rows.Count, table.Columns);
            return Trainer.Split(TrainingPlan.Create(spec), rows, 0, Communicator.Alone).Preparation;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
