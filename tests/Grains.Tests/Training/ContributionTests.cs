using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>What pgml.explain says of trained models.</summary>
public sealed class ContributionTests
{
    private const string Preprocess = """{"kind": {"encode": "one_hot"}, "size": {"encode": "native"}, "a": {"scale": "standard"}}""";

    public static TheoryData<string, string> Learners
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var entry in AlgorithmCatalog.Entries.Where(entry => entry.Task is ModelTask.Regression or ModelTask.Classification))
            {
                data.Add(AlgorithmCatalog.NameOf(entry.Task), entry.Name);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Learners))]
    public void Base_and_contributions_of_every_linear_model_and_forest_sum_to_the_score(string task, string algorithm)
    {
        var table = Rows(task, 240, labels: 3);
        var trained = Trainer.Train(table, Trainer.Spec(table, task, algorithm) with { Preprocess = Preprocess });
        using var model = trained.Open();

        model.CanExplain.ShouldBe((LearnerKind)BitConverter.ToInt32(trained.Image, 88) is LearnerKind.Linear or LearnerKind.Trees && model.Link != Link.Votes);
        if (model.CanExplain)
        {
            ShouldSum(model, Inputs(50, hasMissing: false));
        }
    }

    [Theory]
    [InlineData("regression", 0, """{"n_estimators": 30, "min_data_in_leaf": 5}""")]
    [InlineData("regression", 0, """{"n_estimators": 30, "subsample": 0.7, "colsample_bytree": 0.8}""")]
    [InlineData("classification", 2, """{"n_estimators": 30, "min_data_in_leaf": 5}""")]
    [InlineData("classification", 3, """{"n_estimators": 30, "min_data_in_leaf": 5}""")]
    public void Trees_contribute_what_LightGBM_itself_says(string task, int labels, string hyperparams)
    {
        var table = Rows(task, 900, labels, hasMissing: true);
        var spec = Trainer.Spec(table, task, "lightgbm") with { Hyperparams = hyperparams, Preprocess = Preprocess };
        Trainer.Fit(spec, table, (candidate, data) =>
        {
            var inputs = Inputs(200, hasMissing: true);
            ShouldSum(candidate.Model, inputs);
            var features = data.Preparation.Apply(inputs);
            var booster = (LightGbmBooster)candidate.Fitted.Native;
            for (var row = 0; row < inputs.Rows; row++)
            {
                var theirs = LightGbmContributions.Of(booster.Text(), features.Row(row).ToArray(), candidate.Model.Outputs);
                ShouldBeTheSame(Explain(candidate.Model, inputs.Row(row)).Contributions, theirs, data.Preparation.Columns);
            }
        });
    }

    [Theory]
    [InlineData("regression", "linear")]
    [InlineData("classification", "linear")]
    [InlineData("regression", "lightgbm")]
    [InlineData("classification", "lightgbm")]
    public void Rows_in_several_parts_give_the_contributions_of_all_rows_in_one(string task, string algorithm)
    {
        var table = Rows(task, 600, labels: 3);
        var spec = Trainer.Spec(table, task, algorithm) with { Hyperparams = algorithm == "lightgbm" ? """{"n_estimators": 10}""" : "{}", Preprocess = Preprocess };
        using var alone = Trainer.Train(table, spec).Open();
        using var together = Trainer.TrainInParts(spec, [.. table.Rows.Take(150)], [.. table.Rows.Skip(150)]).Trained.Open();
        var inputs = Inputs(100, hasMissing: false);
        for (var row = 0; row < inputs.Rows; row++)
        {
            var (expected, actual) = (Explain(alone, inputs.Row(row)), Explain(together, inputs.Row(row)));
            actual.Contributions.ShouldBe(expected.Contributions, 1e-9);
            actual.Bases.ShouldBe(expected.Bases, 1e-9);
        }
    }

    private static (double[] Contributions, double[] Bases) Explain(ScoringModel model, ReadOnlySpan<float> inputs)
    {
        var (contributions, bases) = (new double[model.Outputs * model.Inputs], new double[model.Outputs]);
        model.Explain(inputs, contributions, bases);
        return (contributions, bases);
    }

    private static void ShouldSum(ScoringModel model, FloatTable inputs)
    {
        var scores = new double[model.Outputs];
        for (var row = 0; row < inputs.Rows; row++)
        {
            model.Scores(inputs.Row(row), scores);
            var (contributions, bases) = Explain(model, inputs.Row(row));
            for (var output = 0; output < model.Outputs; output++)
            {
                var sum = bases[output] + contributions.Skip(output * model.Inputs).Take(model.Inputs).Sum();
                sum.ShouldBe(scores[output], 1e-9 * Math.Max(1, Math.Abs(scores[output])));
            }
        }
    }

    private static void ShouldBeTheSame(double[] contributions, double[] byFeature, IReadOnlyList<ImageColumn> columns)
    {
        var (place, input) = (0, 0);
        while (place < byFeature.Length)
        {
            foreach (var column in columns)
            {
                var count = Preparation.FeaturesOf(column);
                contributions[input++].ShouldBe(byFeature.AsSpan(place, count).ToArray().Sum(), 1e-6);
                place += count;
            }

            // LightGBM's base follows each output's features; it lacks the score that boosting starts from.
            place++;
        }
    }

    /// <summary>Two numbers, two texts and the label; every number is narrow enough for LightGBM's model text to keep it.</summary>
    private static Table Rows(string task, int rows, int labels, bool hasMissing = false)
    {
        var random = new Random(20261128);
        ColumnSpec[] columns =
        [
            new("a", ColumnType.Float64, false, false), new("b", ColumnType.Float32, false, false), new("kind", ColumnType.Text, false, false),
            new("size", ColumnType.Text, false, false), new("y", task == "regression" ? ColumnType.Float64 : ColumnType.Text, false, true),
        ];
        return new Table(columns, [.. Enumerable.Range(0, rows).Select(row =>
        {
            var (a, b, kind, size) = (random.NextDouble() * 4 - 2, hasMissing && row % 7 == 0 ? double.NaN : random.Next(20), "pqr"[random.Next(3)], "sml"[random.Next(3)]);
            var score = a + (double.IsNaN(b) ? 3 : b / 10) + (kind == 'p' ? 2 : 0) + (size == 'l' ? a * a : 0) + random.NextDouble();
            return (object?[])[a, b, $"{kind}", $"{size}", task == "regression" ? score : $"{(score < 2 ? 0 : score < 3.5 ? 1 : 2) % labels}"];
        })]);
    }

    private static FloatTable Inputs(int rows, bool hasMissing)
    {
        var random = new Random(7);
        var inputs = new FloatTable(rows, 4);
        for (var row = 0; row < rows; row++)
        {
            new[] { (float)(random.NextDouble() * 5 - 2.5), hasMissing && row % 5 == 0 ? float.NaN : random.Next(22), random.Next(hasMissing ? 4 : 3), random.Next(3) }.CopyTo(inputs.Row(row));
        }

        return inputs;
    }
}
