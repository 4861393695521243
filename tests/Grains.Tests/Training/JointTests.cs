using System.Text.Json;
using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Several labels in one model.</summary>
public sealed class JointTests
{
    private static readonly string[] Columns = ["a", "b", "c"];

    [Theory]
    [InlineData("regression", "linear")]
    [InlineData("regression", "lightgbm")]
    [InlineData("classification", "lightgbm")]
    public void Each_label_is_learnt_as_it_would_be_alone_bit_for_bit(string task, string algorithm)
    {
        string[] labels = task == "regression" ? ["sum", "product"] : ["high", "kind"];
        var together = Train(task, algorithm, labels);
        using var joint = together.Open();
        joint.Answers.ShouldBe(2);

        foreach (var (place, label) in labels.Index())
        {
            using var alone = Train(task, algorithm, [label]).Open();
            alone.Answers.ShouldBe(1);
            foreach (var row in Rows())
            {
                var answers = new float[2];
                joint.PredictJoint(row, answers);
                answers[place].ShouldBe(alone.Predict(row));
                if (place == 0)
                {
                    joint.Predict(row).ShouldBe(answers[0]);
                }
            }
        }
    }

    [Fact]
    public void The_answers_are_in_the_order_in_which_the_labels_are_fed()
    {
        using var one = Train("regression", "linear", ["sum", "product"]).Open();
        using var other = Train("regression", "linear", ["product", "sum"]).Open();
        var (answers, turned) = (new float[2], new float[2]);
        one.PredictJoint([1, 2, 3], answers);
        other.PredictJoint([1, 2, 3], turned);

        turned.Reverse().ShouldBe(answers);
        answers[0].ShouldBe(2 - 3, 1e-5);
    }

    [Fact]
    public void A_metric_is_the_mean_over_the_labels_and_each_has_its_own()
    {
        var trained = Trainer.Train(Table("sum", "product"), Trainer.Spec(Table("sum", "product"), "regression", "linear"));

        trained.Metric("r2.sum").ShouldBe(1, 1e-9);
        trained.Metric("r2.product").ShouldBeLessThan(0.9);
        foreach (var metric in new[] { "r2", "mean_absolute_error", "mean_squared_error" })
        {
            trained.Metric(metric).ShouldBe((trained.Metric($"{metric}.sum") + trained.Metric($"{metric}.product")) / 2, 1e-12);
        }

        trained.Metric("test_rows").ShouldBe(64);
        trained.HasMetric("test_rows.sum").ShouldBeFalse();
        trained.Metric("fit_time").ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_column_weighs_the_mean_of_what_it_weighs_for_each_label()
    {
        var shares = Array.ConvertAll([["sum"], ["product"], ["sum", "product"]], (string[] labels) =>
        {
            using var model = Train("regression", "linear", labels).Open();
            using var metadata = JsonDocument.Parse(model.MetadataJson);
            return metadata.RootElement.GetProperty("feature_importance").EnumerateArray().Select(share => share.GetDouble()).ToArray();
        });

        shares[2].ShouldBe(shares[0].Zip(shares[1], (sum, product) => (sum + product) / 2), 1e-12);
    }

    [Fact]
    public void A_search_takes_what_is_best_for_all_labels_together()
    {
        var table = Table("sum", "product");
        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", "ridge") with { Search = "grid", SearchParams = """{"alpha": [0.001, 100000]}""" });

        var results = trained.Result.Metrics.GetProperty("search_results");
        results.GetProperty("best_index").GetInt32().ShouldBe(0);
        trained.Hyperparam("alpha").GetDouble().ShouldBe(0.001);
        results.GetProperty("mean_test_score")[0].GetDouble().ShouldBeInRange(0.5, 0.98, "one label is learnt wholly, the other in part");
        using var model = trained.Open();
        model.Answers.ShouldBe(2);
    }

    [Fact]
    public void Rows_in_parts_give_the_model_of_all_rows_in_one()
    {
        var table = Table("sum", "product");
        foreach (var algorithm in new[] { "linear", "lightgbm" })
        {
            var spec = Trainer.Spec(table, "regression", algorithm);
            using var alone = Trainer.Train(table, spec).Open();
            using var together = Trainer.TrainInParts(spec, [.. table.Rows.Take(70)], [.. table.Rows.Skip(70)]).Trained.Open();
            foreach (var row in Rows())
            {
                var (one, other) = (new float[2], new float[2]);
                alone.PredictJoint(row, one);
                together.PredictJoint(row, other);
                other.ShouldBe(one, 1e-5);
            }
        }
    }

    [Fact]
    public void A_column_cannot_be_encoded_by_several_targets()
    {
        var table = Table("sum", "product");
        var text = new Table([.. table.Columns, new ColumnSpec("city", ColumnType.Text, false, false)], [.. table.Rows.Select(row => (object?[])[.. row, "Ulm"])]);
        var error = Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(text, "regression", "linear") with { Preprocess = """{"city": {"encode": "target"}}""" }));

        error.SqlState.ShouldBe(SqlState.FeatureNotSupported);
        error.Message.ShouldBe("column \"city\" cannot be encoded by the target of 2 labels");
        error.Hint.ShouldContain("one_hot");
    }

    [Fact]
    public void A_NULL_in_any_label_and_a_class_that_only_one_lacks_are_refused_by_the_columns_name()
    {
        var table = Table("sum", "product");
        var holed = table with { Rows = [.. table.Rows.Skip(1), [1.0, 1.0, 1.0, 5.0, null]] };
        var error = Trainer.Refusal(() => Trainer.Train(holed, "regression", "linear"));
        error.SqlState.ShouldBe(SqlState.NullNotAllowed);
        error.Message.ShouldBe("label column \"product\" has a NULL");

        var flat = Table("high", "kind");
        flat = flat with { Rows = [.. flat.Rows.Select(row => (object?[])[.. row[..^1], "one"])] };
        error = Trainer.Refusal(() => Trainer.Train(flat, "classification", "lightgbm"));
        error.SqlState.ShouldBe(SqlState.InvalidParameter);
        error.Hint.ShouldContain("\"kind\"");
    }

    /// <summary>All rows are learnt from: which are held out depends on what else is in a row.</summary>
    private static Trained Train(string task, string algorithm, string[] labels) =>
        Trainer.Train(Table(labels), Trainer.Spec(Table(labels), task, algorithm) with { TestSize = 0 });

    /// <summary>256 rows of small whole numbers, so that their sums are the same in every order.</summary>
    private static IEnumerable<float[]> Rows() => Enumerable.Range(0, 256).Select(i => (float[])[(i & 15) - 7, ((i >> 4) & 15) - 7, (i * 37) & 7]);

    private static Table Table(params string[] labels)
    {
        var rows = Rows().Select(row => (object?[])[.. row.Select(value => (object?)(double)value), .. labels.Select(label => Label(label, row))]).ToList();
        ColumnSpec[] columns =
        [
            .. Columns.Select(name => new ColumnSpec(name, ColumnType.Float64, false, false)),
            .. labels.Select(label => new ColumnSpec(label, label switch { "high" => ColumnType.Bool, "kind" => ColumnType.Text, _ => ColumnType.Float64 }, false, true)),
        ];
        return new Table(columns, rows);
    }

    private static object Label(string label, float[] row) => label switch
    {
        "sum" => (double)(2 * row[0] - row[2]),
        "product" => (double)(row[0] * row[1] + 4 * row[1]),
        "high" => row[0] > 2,
        _ => row[1] > 3 ? "three" : row[1] > -3 ? "two" : "one",
    };
}
