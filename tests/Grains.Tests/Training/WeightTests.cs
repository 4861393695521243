using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Rows with weights: a row of weight n counts as n copies of it, one of weight 0 not at all.</summary>
public sealed class WeightTests
{
    /// <summary>Those for which it holds exactly, but for rounding and the stop of the iteration.</summary>
    public static TheoryData<string, string, string, double> Exact => new()
    {
        { "regression", "linear", "{}", 1e-6 },
        { "regression", "ridge", """{"alpha": 2}""", 1e-6 },
        { "regression", "lasso", """{"alpha": 0.1, "tol": 1e-12}""", 1e-5 },
        { "regression", "elastic_net", """{"alpha": 0.1, "tol": 1e-12}""", 1e-5 },
        { "regression", "least_angle", """{"n_nonzero_coefs": 2}""", 1e-6 },
        { "regression", "lasso_least_angle", """{"alpha": 0.1}""", 1e-6 },
        { "regression", "orthogonal_matching_pursuit", """{"n_nonzero_coefs": 2}""", 1e-6 },
        { "regression", "bayesian_ridge", """{"tol": 1e-12}""", 1e-5 },
        { "regression", "automatic_relevance_determination", """{"tol": 1e-12}""", 1e-5 },
        { "regression", "huber", "{}", 1e-5 },
        { "regression", "quantile", """{"quantile": 0.7, "alpha": 0.01}""", 1e-3 },
        { "regression", "linear_svm", """{"C": 0.01}""", 1e-4 },
        { "regression", "svm", """{"C": 0.01}""", 1e-4 },
        { "classification", "linear", """{"C": 0.01, "tol": 1e-9}""", 1e-4 },
        { "classification", "ridge", """{"alpha": 2}""", 1e-6 },
        { "classification", "linear_svm", """{"C": 0.01}""", 1e-4 },
        { "classification", "svm", """{"C": 0.01}""", 1e-4 },
        { "clustering", "kmeans", """{"n_clusters": 3, "n_init": 5, "tol": 0}""", 1e-6 },
        { "clustering", "mini_batch_kmeans", """{"n_clusters": 3, "n_init": 5, "tol": 0}""", 1e-6 },
        { "decomposition", "pca", "{}", 1e-6 },
    };

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var entry in AlgorithmCatalog.Entries)
            {
                all.Add(AlgorithmCatalog.NameOf(entry.Task), entry.Name);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Exact))]
    public void A_weight_of_n_is_n_copies_of_the_row(string task, string algorithm, string hyperparams, double tolerance)
    {
        var weighted = Rows(task, row => row % 4);
        var copies = new Table([.. weighted.Columns.SkipLast(1)], [.. weighted.Rows.SelectMany(row => Enumerable.Repeat(row[..^1], (int)(double)row[^1]!))]);

        ShouldAnswerAlike(Fit(weighted, task, algorithm, hyperparams), Fit(copies, task, algorithm, hyperparams), tolerance);
    }

    [Theory, MemberData(nameof(All))]
    public void Every_algorithm_heeds_weights(string task, string algorithm)
    {
        // Rows of the second half tell another story than those of the first.
        var even = Fit(Rows(task, _ => 1), task, algorithm, "{}");
        var uneven = Fit(Rows(task, row => row < 60 ? 0.25 : 8), task, algorithm, "{}");

        Answers(uneven).Zip(Answers(even), (a, b) => Math.Abs(a - b)).Max().ShouldBeGreaterThan(1e-3);
    }

    [Theory, InlineData("regression", "lightgbm"), InlineData("regression", "bagging"), InlineData("classification", "extra_trees"), InlineData("regression", "random_forest")]
    public void The_leaf_of_trees_is_the_weighted_mean(string task, string algorithm)
    {
        // One split, whose sides are each two labels with weights of 1 to 3.
        var columns = Table.Of([[0]], [0.0]).Columns;
        var rows = Enumerable.Range(0, 200).Select(row => (object?[])[row % 2 * 1.0, row % 4 < 2 ? 0.0 : 1.0, row % 4 < 2 ? 1.0 : 3.0]).ToList();
        var table = new Table([.. columns, new("w", ColumnType.Float64, false, false, true)], rows);
        var settings = algorithm == "lightgbm" ? """{"n_estimators": 200}""" : algorithm == "random_forest" ? """{"subsample": 1}""" : "{}";

        using var model = Fit(table, task, algorithm, settings).Open();

        foreach (var x in new float[] { 0, 1 })
        {
            (task == "regression" ? model.Predict([x]) : Probability(model, [x])).ShouldBe(0.75, algorithm == "bagging" ? 0.05 : 1e-3);
        }
    }

    [Theory, MemberData(nameof(Exact))]
    public void Parts_give_the_model_of_one(string task, string algorithm, string hyperparams, double tolerance)
    {
        var table = Rows(task, row => row % 4 / 2.0);
        var parts = Trainer.TrainInParts(Spec(table, task, algorithm, hyperparams), [.. table.Rows.Take(20)], [.. table.Rows.Skip(20).Take(70)], [.. table.Rows.Skip(90)]).Trained;

        ShouldAnswerAlike(Fit(table, task, algorithm, hyperparams), parts, tolerance);
    }

    [Theory, InlineData("regression", "lightgbm"), InlineData("classification", "lightgbm"), InlineData("regression", "extra_trees"), InlineData("classification", "extra_trees")]
    public void Trees_are_the_same_on_several_parts(string task, string algorithm)
    {
        var table = Rows(task, row => 1 + row % 3 / 2.0, 1200);
        const string Settings = """{"n_estimators": 10, "min_data_in_leaf": 25}""";
        var alone = Fit(table, task, algorithm, Settings);
        foreach (var cut in new[] { 2, 500 })
        {
            ShouldAnswerAlike(alone, Trainer.TrainInParts(Spec(table, task, algorithm, Settings), [.. table.Rows.Take(cut)], [.. table.Rows.Skip(cut)]).Trained, 1e-6);
        }
    }

    [Fact]
    public void A_search_weighs_the_rows_of_its_folds()
    {
        // What the weighted rows say is a line; the others, which nobody scores by, are noise.
        var table = Rows("regression", row => row % 2, 200);
        var spec = Spec(table, "regression", "ridge", "{}") with { Search = "grid", SearchParams = """{"alpha": [0.001, 1000]}""", SearchArgs = """{"cv": 3}""" };

        var searched = Trainer.Train(table, spec);

        searched.Hyperparam("alpha").GetDouble().ShouldBe(0.001);
        ShouldAnswerAlike(searched, Fit(table, "regression", "ridge", """{"alpha": 0.001}"""), 1e-9);
    }

    [Fact]
    public void Held_out_rows_are_scored_alike_whatever_their_weights()
    {
        var table = Rows("regression", row => row % 3, 300);

        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", "linear"));

        trained.Metric("test_rows").ShouldBe(75);
        trained.Metric("training_rows").ShouldBeInRange(100, 200);
    }

    [Theory]
    [InlineData(null, "22004", "has a NULL")]
    [InlineData(-1.0, "22023", "a negative value")]
    [InlineData(double.NaN, "22023", "NaN")]
    [InlineData(double.PositiveInfinity, "22023", "infinite")]
    [InlineData(1e300, "22023", "beyond real's range")]
    public void Weights_that_are_none_are_refused_by_name(double? weight, string state, string what)
    {
        var table = Rows("regression", _ => 1);
        table.Rows[17][^1] = weight;

        var error = Trainer.Refusal(() => Fit(table, "regression", "linear", "{}"));

        error.SqlState.ShouldBe(state);
        error.Message.ShouldStartWith("weight column \"w\"");
        error.Message.ShouldContain(what);
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void Rows_that_all_count_nothing_are_refused()
    {
        Trainer.Refusal(() => Fit(Rows("regression", _ => 0), "regression", "linear", "{}")).Message.ShouldBe("all training rows have the weight 0");
        var table = Rows("classification", _ => 1);
        foreach (var row in table.Rows.Where(row => row[^2] is "b"))
        {
            row[^1] = 0.0;
        }

        Trainer.Refusal(() => Fit(table, "classification", "linear", "{}")).Message.ShouldBe("all training rows of label \"b\" have the weight 0");
    }

    [Fact]
    public void A_plan_takes_one_weight_that_is_a_number()
    {
        var x = new ColumnSpec("x", ColumnType.Float64, false, false);
        var y = new ColumnSpec("y", ColumnType.Float64, false, true);
        string State(params ColumnSpec[] columns) => Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(new Table(columns, []), "regression", "linear"))).SqlState;

        State(x, y, new("w", ColumnType.Text, false, false, true)).ShouldBe("42804");
        State(x, y, new("w", ColumnType.Float64, true, false, true)).ShouldBe("42804");
        State(x, y, new("w", ColumnType.Float64, false, false, true), new("v", ColumnType.Float64, false, false, true)).ShouldBe("22023");
        State(x, y with { IsWeight = true }).ShouldBe("22023");
        State(y, new("w", ColumnType.Float64, false, false, true)).ShouldBe("22023");
    }

    /// <summary>Columns "x0" … "x2", the label "y" if the task has one, and the weight "w" last.</summary>
    private static Table Rows(string task, Func<int, double> weight, int count = 120)
    {
        var random = new Random(5);
        double[][] centres = [[0, 0, 0], [9, 1, 4], [2, 8, -5]];
        var features = Enumerable.Range(0, count).Select(row => centres[row % 3].Select(centre => centre + (random.NextDouble() - 0.5) * (row < count / 2 ? 1 : 4)).ToArray()).ToList();
        double Line(double[] x, int row) => (row < count / 2 ? 1 : 3) * x[0] - 2 * x[1] + 0.5 * x[2] + random.NextDouble();
        IEnumerable<object?>? labels = task switch
        {
            "regression" => features.Select((x, row) => (object?)Line(x, row)),
            "classification" => features.Select((x, row) => (object?)(Line(x, row) > 4 ? "a" : random.Next(4) == 0 ? "c" : "b")),
            _ => null,
        };
        var table = Table.Of(features, labels);
        return new Table([.. table.Columns, new("w", ColumnType.Float64, false, false, true)], [.. table.Rows.Select((row, i) => (object?[])[.. row, weight(i)])]);
    }

    private static TrainingSpec Spec(Table table, string task, string algorithm, string hyperparams) =>
        Trainer.Spec(table, task, algorithm) with { TestSize = 0, Hyperparams = hyperparams };

    private static Trained Fit(Table table, string task, string algorithm, string hyperparams) => Trainer.Train(table, Spec(table, task, algorithm, hyperparams));

    private static void ShouldAnswerAlike(Trained one, Trained other, double tolerance)
    {
        foreach (var (a, b) in Answers(one).Zip(Answers(other)))
        {
            a.ShouldBe(b, tolerance * (1 + Math.Abs(b)));
        }
    }

    /// <summary>Scores of some rows; of clusters, whose numbers mean nothing, in the order of their size.</summary>
    private static List<double> Answers(Trained trained)
    {
        using var model = trained.Open();
        var scores = new double[model.Outputs];
        var random = new Random(6);
        var answers = new List<double>();
        for (var row = 0; row < 50; row++)
        {
            model.Scores([random.NextSingle() * 10, random.NextSingle() * 10, random.NextSingle() * 10 - 5], scores);
            answers.AddRange(model.Task == ModelTask.Clustering ? scores.Order() : scores);
        }

        return answers;
    }

    private static double Probability(ScoringModel model, float[] row)
    {
        var probabilities = new float[2];
        model.PredictProba(row, probabilities);
        return probabilities[1];
    }
}
