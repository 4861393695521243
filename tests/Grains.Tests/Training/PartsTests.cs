using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Rows that lie in several parts give the model of all rows in one.</summary>
public sealed class PartsTests
{
    private const string Preprocess = """
        {"city": {"encode": "one_hot", "impute": "mode"}, "size": {"encode": {"ordinal": ["s", "m", "l"]}, "impute": "median"},
         "a": {"impute": "mean", "scale": "standard"}, "b": {"impute": "median", "scale": "robust"}, "c": {"scale": "min_max"}}
        """;

    public static TheoryData<string, string, string, double> Learners => new()
    {
        { "regression", "linear", "{}", 1e-9 },
        { "regression", "ridge", """{"alpha": 0.5}""", 1e-9 },
        { "classification", "ridge", "{}", 1e-9 },
        { "classification", "linear", """{"tol": 1e-9}""", 1e-9 },
        { "regression", "lightgbm", """{"n_estimators": 30}""", 1e-9 },
        { "classification", "lightgbm", """{"n_estimators": 15}""", 1e-9 },
        { "regression", "lasso", """{"alpha": 0.1, "tol": 1e-10}""", 1e-9 },
        { "regression", "elastic_net", """{"alpha": 0.1, "tol": 1e-10}""", 1e-9 },
        { "regression", "least_angle", """{"n_nonzero_coefs": 4}""", 1e-9 },
        { "regression", "lasso_least_angle", """{"alpha": 0.1}""", 1e-9 },
        { "regression", "orthogonal_matching_pursuit", """{"n_nonzero_coefs": 4}""", 1e-9 },
        { "regression", "bayesian_ridge", "{}", 1e-9 },
        { "regression", "automatic_relevance_determination", "{}", 1e-9 },
        { "regression", "huber", "{}", 1e-9 },
        { "regression", "quantile", """{"quantile": 0.7, "alpha": 0.01}""", 1e-5 },
        { "regression", "linear_svm", "{}", 1e-6 },
        { "classification", "linear_svm", "{}", 1e-6 },
        { "clustering", "mini_batch_kmeans", """{"n_clusters": 5}""", 1e-6 },
        { "clustering", "kmeans", """{"n_clusters": 5, "n_init": 3}""", 1e-6 },
        { "decomposition", "pca", """{"n_components": 3}""", 1e-6 },
    };

    [Theory, MemberData(nameof(Learners))]
    public void Equal_unequal_and_lopsided_parts_give_the_same_model(string task, string algorithm, string hyperparams, double tolerance)
    {
        var table = Towns(task, 3000);
        var spec = Trainer.Spec(table, task, algorithm) with { Hyperparams = hyperparams, Preprocess = Preprocess };
        var alone = Trainer.Train(table, spec);
        foreach (var parts in Divisions(table))
        {
            var (together, _) = Trainer.TrainInParts(spec, parts);

            ShouldAnswerAlike(alone, together, tolerance, string.Join('+', parts.Select(part => part.Count)));
            foreach (var metric in alone.Result.Metrics.EnumerateObject().Where(metric => !metric.Name.EndsWith("_time", StringComparison.Ordinal)))
            {
                together.Metric(metric.Name).ShouldBe(metric.Value.GetDouble(), metric.Name == "roc_auc" ? 1e-4 : 1e-6, metric.Name);
            }
        }
    }

    [Theory, InlineData("regression", false), InlineData("classification", false), InlineData("classification", true)]
    public void LightGBM_grows_the_same_trees(string task, bool isBinary)
    {
        var table = Towns(task, 4000, isBinary);
        var spec = Trainer.Spec(table, task, "lightgbm") with { Hyperparams = """{"n_estimators": 25}""", Preprocess = Preprocess };
        var alone = GrowTrees(spec, table.Rows);

        foreach (var parts in Divisions(table))
        {
            foreach (var trees in GrowTrees(spec, parts))
            {
                for (var tree = 0; tree < trees.Count; tree++)
                {
                    trees[tree].Splits.ShouldBe(alone[0][tree].Splits, $"parts {string.Join('+', parts.Select(part => part.Count))}, tree {tree}");
                }
            }
        }
    }

    [Fact]
    public void A_part_whose_rows_are_all_held_out_helps_nevertheless()
    {
        var table = Towns("regression", 400);
        var spec = Trainer.Spec(table, "regression", "lightgbm") with { Hyperparams = """{"n_estimators": 5}""", Preprocess = Preprocess };
        var alone = Trainer.Train(table, spec);
        var lonely = Enumerable.Range(0, table.Rows.Count).First(row => IsHeldOut(table, spec, row));

        var (together, _) = Trainer.TrainInParts(spec, [table.Rows[lonely]], [.. table.Rows.Where((_, row) => row != lonely)]);

        ShouldAnswerAlike(alone, together, 1e-9, "1 + 399");
    }

    [Theory, InlineData("regression"), InlineData("classification")]
    public void Parts_of_a_few_rows_can_be_drawn_from(string task)
    {
        var table = Towns(task, 600, isBinary: true);
        var spec = Trainer.Spec(table, task, "lightgbm") with { Hyperparams = """{"n_estimators": 10, "subsample": 0.3, "colsample_bytree": 0.5}""", Preprocess = Preprocess };

        Trainer.Train(table, spec).Metric(task == "regression" ? "r2" : "f1").ShouldBeGreaterThan(0.3);
        Trainer.TrainInParts(spec, [.. table.Rows.Take(2)], [.. table.Rows.Skip(2)]).Trained.Metric(task == "regression" ? "r2" : "f1").ShouldBeGreaterThan(0.3);
    }

    [Theory]
    [InlineData("xgboost_random_forest", "regression")]
    [InlineData("extra_trees", "classification")]
    [InlineData("bagging", "classification")]
    public void Forests_grow_over_parts_though_each_draws_from_its_own_rows(string algorithm, string task)
    {
        var table = Towns(task, 900);
        var spec = Trainer.Spec(table, task, algorithm) with { Preprocess = Preprocess };
        foreach (var parts in Divisions(table))
        {
            var first = Trainer.TrainInParts(spec, parts).Trained;
            first.Metric(task == "regression" ? "r2" : "f1").ShouldBeGreaterThan(0.6);
            Trainer.TrainInParts(spec, parts).Trained.Image.ShouldBe(first.Image);
        }
    }

    [Fact]
    public void Ten_times_the_rows_cost_about_the_same_bytes_between_parts()
    {
        long Bytes(string algorithm, int rows)
        {
            var table = Towns("regression", rows);
            var spec = Trainer.Spec(table, "regression", algorithm) with { Hyperparams = algorithm == "lightgbm" ? """{"n_estimators": 10}""" : "{}", Preprocess = """{"city": {"impute": "mode"}, "size": {"impute": "mode"}, "a": {"impute": "mean"}, "b": {"impute": "mean"}}""" };
            return Trainer.TrainInParts(spec, [.. table.Rows.Take(rows / 2)], [.. table.Rows.Skip(rows / 2)]).SentBytes;
        }

        Bytes("linear", 40_000).ShouldBeLessThan((long)(1.2 * Bytes("linear", 4_000)));
    }

    [Fact]
    public void A_text_that_only_one_part_has_is_no_ordinal_category_there_either()
    {
        var table = Towns("regression", 200);
        table.Rows[150][4] = "huge";
        var spec = Trainer.Spec(table, "regression", "linear") with { Preprocess = Preprocess };

        var error = Trainer.Refusal(() => Trainer.TrainInParts(spec, [.. table.Rows.Take(100)], [.. table.Rows.Skip(100)]));

        error.Message.ShouldContain("\"huge\"");
    }

    [Fact]
    public void Arrays_that_differ_in_length_between_parts_are_refused_by_name()
    {
        var table = new Table([new("v", ColumnType.Float32, true, false), new("y", ColumnType.Float64, false, true)],
            [.. Enumerable.Range(0, 40).Select(row => (object?[])[new double[row < 20 ? 3 : 4], (double)row])]);

        var error = Trainer.Refusal(() => Trainer.TrainInParts(Trainer.Spec(table, "regression", "linear"), [.. table.Rows.Take(20)], [.. table.Rows.Skip(20)]));

        error.Message.ShouldBe("arrays of column \"v\" differ in length: 3 and 4");
    }

    /// <summary>Numbers, texts, NULLs; the town "zz" and the last label only in the last rows.</summary>
    private static Table Towns(string task, int rows, bool isBinary = false)
    {
        const int seed = 20261125;
        var random = new Random(seed);
        List<ColumnSpec> columns =
        [
            new("a", ColumnType.Float64, false, false), new("b", ColumnType.Float32, false, false), new("c", ColumnType.Float64, false, false),
            new("city", ColumnType.Text, false, false), new("size", ColumnType.Text, false, false), new("flag", ColumnType.Bool, false, false),
        ];
        var isSupervised = task is "regression" or "classification";
        if (isSupervised)
        {
            columns.Add(new("y", task == "regression" ? ColumnType.Float64 : ColumnType.Text, false, true));
        }

        string[] cities = ["aa", "bb", "cc", "dd"];
        string[] sizes = ["s", "m", "l"];
        var all = new List<object?[]>();
        for (var row = 0; row < rows; row++)
        {
            var isLast = row >= rows - rows / 10;
            double a = random.NextDouble() * 10 - 5, b = random.Next(100), c = random.NextDouble() * 1000;
            var city = isLast && random.Next(2) == 0 ? "zz" : cities[random.Next(4)];
            var size = sizes[random.Next(3)];
            var flag = random.Next(2) == 0;
            var score = 3 * a - 0.1 * b + (city == "bb" ? 4 : 0) + (size == "l" ? 2 : 0) + (flag ? 1 : 0) + random.NextDouble();
            object?[] values = [row % 17 == 0 ? null : a, row % 23 == 0 ? null : b, c, row % 29 == 0 ? null : city, row % 31 == 0 ? null : size, flag];
            var label = isBinary ? score > 0 ? "high" : "low" : isLast && row % 3 == 0 ? "rare" : score > 5 ? "high" : score < -5 ? "low" : "middle";
            all.Add(isSupervised ? [.. values, task == "regression" ? score : label] : values);
        }

        return new Table(columns, all);
    }

    private static IEnumerable<IReadOnlyList<object?[]>[]> Divisions(Table table)
    {
        var rows = table.Rows;
        yield return [[.. rows.Take(rows.Count / 2)], [.. rows.Skip(rows.Count / 2)]];
        // By turns, three to one.
        yield return [[.. rows.Where((_, row) => row % 4 != 0)], [.. rows.Where((_, row) => row % 4 == 0)]];
        yield return [[.. rows.Take(rows.Count * 7 / 10)], [.. rows.Skip(rows.Count * 7 / 10).Take(3)], [.. rows.Skip(rows.Count * 7 / 10 + 3).Take(rows.Count / 5)], [.. rows.Skip(rows.Count * 7 / 10 + 3 + rows.Count / 5)]];
    }

    private static void ShouldAnswerAlike(Trained expected, Trained actual, double tolerance, string parts)
    {
        using var one = expected.Open();
        using var other = actual.Open();
        other.Inputs.ShouldBe(one.Inputs);
        other.Labels.ShouldBe(one.Labels);
        var random = new Random(7);
        var (a, b) = (new double[one.Outputs], new double[other.Outputs]);
        for (var row = 0; row < 2000; row++)
        {
            float[] inputs = [(float)(random.NextDouble() * 10 - 5), random.Next(100), (float)(random.NextDouble() * 1000), random.Next(5), random.Next(3), random.Next(2)];
            one.Scores(inputs, a);
            other.Scores(inputs, b);
            for (var k = 0; k < a.Length; k++)
            {
                Math.Abs(a[k] - b[k]).ShouldBeLessThanOrEqualTo(tolerance * Math.Max(1, Math.Abs(a[k])), $"parts {parts}, row {row}, output {k}: {a[k]:R} and {b[k]:R}");
            }
        }
    }

    private static IReadOnlyList<Tree>[] GrowTrees(TrainingSpec spec, params IReadOnlyList<object?[]>[] parts)
    {
        using var links = new ThreadParts(parts.Length);
        return links.Run(ranks => WithRows(spec.Columns, parts[ranks.Rank], rows =>
        {
            var plan = TrainingPlan.Create(spec);
            var data = Trainer.Split(plan, rows, plan.Seed, ranks);
            using var fitted = plan.Algorithm.CreateTrainer().Fit(data.Training, plan.Hyperparameters, plan.Seed, ProgressReporter.Silent);
            return ((TreeLearner)fitted.Learner).Trees;
        }));
    }

    private static bool IsHeldOut(Table table, TrainingSpec spec, int row) => WithRows(table.Columns, table.Rows, rows =>
    {
        var plan = TrainingPlan.Create(spec);
        var holdout = Holdout.Choose(rows, Trainer.Labels(rows, plan.Task), plan.Sampling, spec.TestSize, plan.Seed, Communicator.Alone);
        return holdout.Test.Contains(rows.Place(row));
    });

    private static T WithRows<T>(IReadOnlyList<ColumnSpec> columns, IReadOnlyList<object?[]> rows, Func<RowSet, T> use)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, RowBytes.Write(columns, rows));
            using var set = RowSet.Read([path], rows.Count, columns);
            return use(set);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
