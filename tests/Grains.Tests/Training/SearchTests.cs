using System.Text.Json;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class SearchTests
{
    private const string Grid = """{"alpha": [0.001, 1, 1000], "fit_intercept": [true, false]}""";

    private static readonly Table Diabetes = Table.Load("diabetes", "target");

    [Fact]
    public void A_grid_is_tried_whole_and_its_best_is_the_model()
    {
        var trained = Trainer.Train(Diabetes, Searching("ridge", "grid", Grid));

        var results = trained.Result.Metrics.GetProperty("search_results");
        results.GetProperty("n_splits").GetInt32().ShouldBe(5);
        results.GetProperty("params").EnumerateArray().Select(one => one.GetRawText()).ShouldBe(
        [
            """{"alpha":0.001,"fit_intercept":true}""", """{"alpha":0.001,"fit_intercept":false}""", """{"alpha":1,"fit_intercept":true}""",
            """{"alpha":1,"fit_intercept":false}""", """{"alpha":1000,"fit_intercept":true}""", """{"alpha":1000,"fit_intercept":false}""",
        ]);
        var folds = Enumerable.Range(0, 5).Select(fold => Numbers(results, $"split{fold}_test_score")).ToArray();
        var means = Numbers(results, "mean_test_score");
        var best = results.GetProperty("best_index").GetInt32();
        for (var trial = 0; trial < 6; trial++)
        {
            means[trial].ShouldBe(folds.Average(fold => fold[trial]), 1e-12);
            Numbers(results, "std_test_score")[trial].ShouldBe(Math.Sqrt(folds.Average(fold => Math.Pow(fold[trial] - means[trial], 2))), 1e-12);
            means[best].ShouldBeGreaterThanOrEqualTo(means[trial]);
        }
        // Without its mean the target, which is around 150, is not explained at all.
        Numbers(results, "mean_test_score")[1].ShouldBeLessThan(means[0]);
        Numbers(results, "mean_fit_time").ShouldAllBe(seconds => seconds > 0);
        results.GetProperty("param_alpha").GetArrayLength().ShouldBe(6);
        trained.Result.Metrics.TryGetProperty("r2", out _).ShouldBeTrue();

        var winner = results.GetProperty("params")[best].GetRawText();
        trained.Image.ShouldBe(Trainer.Train(Diabetes, "regression", "ridge", winner).Image);
        trained.Result.Hyperparams.GetProperty("alpha").GetRawText().ShouldBe(results.GetProperty("params")[best].GetProperty("alpha").GetRawText());
    }

    [Theory, InlineData("iris", "target", "classification", "lightgbm", """{"num_leaves": [2, 8], "n_estimators": [3, 30]}""")]
    [InlineData("breast_cancer", "malignant", "classification", "linear", """{"C": [0.001, 1]}""")]
    [InlineData("iris", null, "clustering", "kmeans", """{"n_clusters": [2, 5]}""")]
    [InlineData("wine", null, "decomposition", "pca", """{"n_components": [1, 3]}""")]
    public void Every_task_is_searched_by_its_key_metric(string dataset, string? label, string task, string algorithm, string grid)
    {
        var table = Table.Load(dataset, label);
        var trained = Trainer.Train(label is null ? table.Without("target") : table, Spec(table, task, algorithm) with { Search = "grid", SearchParams = grid, SearchArgs = """{"cv": 3}""" });

        var results = trained.Result.Metrics.GetProperty("search_results");
        Numbers(results, "mean_test_score").Length.ShouldBe(grid.Count(sign => sign == '[') == 2 ? 4 : 2);
        Numbers(results, "mean_test_score").Max().ShouldBeGreaterThan(0.3);

        TrainingSpec Spec(Table all, string task, string algorithm) => Trainer.Spec(label is null ? all.Without("target") : all, task, algorithm);
    }

    [Fact]
    public void Parts_find_what_all_rows_at_one_find()
    {
        var spec = Searching("ridge", "grid", Grid);
        var one = Trainer.Train(Diabetes, spec).Result.Metrics.GetProperty("search_results");

        var rows = Diabetes.Rows;
        var parts = Trainer.TrainInParts(spec, [.. rows.Take(300)], [], [.. rows.Skip(300)]).Trained.Result.Metrics.GetProperty("search_results");

        parts.GetProperty("best_index").GetInt32().ShouldBe(one.GetProperty("best_index").GetInt32());
        for (var fold = 0; fold < 5; fold++)
        {
            var (here, there) = (Numbers(one, $"split{fold}_test_score"), Numbers(parts, $"split{fold}_test_score"));
            here.Zip(there).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
        }
    }

    [Fact]
    public void Parts_search_clusterings_too()
    {
        var table = Table.Load("iris", null).Without("target");
        var spec = Trainer.Spec(table, "clustering", "kmeans") with { Search = "grid", SearchParams = """{"n_clusters": [2, 5]}""", SearchArgs = """{"cv": 2}""" };

        var results = Trainer.TrainInParts(spec, [.. table.Rows.Take(60)], [.. table.Rows.Skip(60)]).Trained.Result.Metrics.GetProperty("search_results");

        results.GetProperty("best_index").GetInt32().ShouldBe(0);
        Numbers(results, "mean_test_score")[0].ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void A_random_search_over_a_huge_grid_tries_values_of_every_list()
    {
        var wide = "{" + string.Join(", ", new[] { "num_leaves", "max_bin", "min_data_in_leaf", "n_estimators", "max_depth" }
            .Select(name => $"\"{name}\": [{string.Join(", ", Enumerable.Range(2, 60))}]")) + ", "
            + string.Join(", ", new[] { "subsample", "learning_rate", "colsample_bytree", "reg_alpha", "reg_lambda", "min_split_gain" }
                .Select(name => $"\"{name}\": [{string.Join(", ", Enumerable.Range(1, 60).Select(value => $"0.{value + 10}"))}]")) + "}";

        var trials = TrainingPlan.Create(Searching("lightgbm", "random", wide) with { SearchArgs = """{"n_iter": 20}""" }).Search!.Trials;

        trials.Count.ShouldBe(20);
        foreach (var name in JsonElement.Parse(wide).EnumerateObject().Select(list => list.Name))
        {
            trials.Select(trial => trial.Json.GetProperty(name).GetDouble()).Distinct().Count().ShouldBeGreaterThan(5, name);
        }
    }

    [Fact]
    public void A_fold_that_cannot_be_learnt_from_says_so()
    {
        var table = Table.Of(Enumerable.Range(0, 20).Select(i => new double[] { i }), Enumerable.Range(0, 20).Select(i => (object?)(i < 2 ? "rare" : "common")));

        var error = Trainer.Refusal(() => Trainer.Train(table, Trainer.Spec(table, "classification", "linear") with { Search = "grid", SearchParams = """{"C": [1, 2]}""", TestSize = 0.5f }));

        error.Message.ShouldContain("of the search: the training rows have one label only");
        error.Hint.ShouldContain("cv");
    }

    [Fact]
    public void Random_search_tries_different_combinations_which_follow_from_the_seed()
    {
        const string Wide = """{"alpha": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "fit_intercept": [true, false]}""";
        var spec = Searching("ridge", "random", Wide) with { SearchArgs = """{"n_iter": 7, "cv": 2}""" };

        var first = Combinations(spec);

        first.Length.ShouldBe(7);
        first.Distinct().Count().ShouldBe(7);
        Combinations(spec).ShouldBe(first);
        Combinations(spec with { Hyperparams = """{"seed": 2}""" }).ShouldNotBe(first);
        Combinations(spec with { SearchArgs = "{}" }).Length.ShouldBe(10);
        Combinations(spec with { SearchArgs = """{"n_iter": 100}""" }).Length.ShouldBe(24);

        static string[] Combinations(TrainingSpec spec) => [.. TrainingPlan.Create(spec).Search!.Trials.Select(trial => trial.Json.GetRawText())];
    }

    [Fact]
    public void Every_training_row_is_scored_in_one_fold_and_each_label_in_proportion()
    {
        var table = Table.Load("wine", "target");
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, RowBytes.Write(table.Columns, table.Rows));
        using var rows = RowSet.Read([path], table.Rows.Count, table.Columns);
        File.Delete(path);
        var labels = Trainer.Labels(rows, Scoring.ModelTask.Classification);
        int[] training = [.. Enumerable.Range(0, rows.Count).Where(row => row % 4 != 0)];

        var folds = Folds.Split(rows, labels, training, 5, 1, Communicator.Alone).ToArray();

        folds.SelectMany(fold => fold.Test).Order().ShouldBe(training);
        (folds.Max(fold => fold.Test.Length) - folds.Min(fold => fold.Test.Length)).ShouldBeLessThanOrEqualTo(1);
        foreach (var fold in folds)
        {
            fold.Training.Concat(fold.Test).Order().ShouldBe(training);
            foreach (var label in Enumerable.Range(0, 3))
            {
                Math.Abs((5 * fold.Test.Count(row => labels.Classes[row] == label)) - training.Count(row => labels.Classes[row] == label)).ShouldBeLessThanOrEqualTo(5);
            }
        }
    }

    [Theory]
    [InlineData("nearest", "{}", "{}", "unknown search \"nearest\"")]
    [InlineData("grid", "{}", "{}", "search_params names nothing to search over")]
    [InlineData("grid", "[]", "{}", "search_params must be a JSON object, not array")]
    [InlineData("grid", """{"alpha": 1}""", "{}", "search_params: \"alpha\" has no list of values")]
    [InlineData("grid", """{"alpha": []}""", "{}", "search_params: \"alpha\" has no list of values")]
    [InlineData("grid", """{"beta": [1]}""", "{}", "ridge has no hyperparameter \"beta\"")]
    [InlineData("grid", """{"alpha": [1, "x"]}""", "{}", "hyperparameter \"alpha\" must be a number")]
    [InlineData("grid", """{"random_state": [1, 2]}""", "{}", "search_params: \"random_state\" cannot be searched over")]
    [InlineData("grid", """{"alpha": [1]}""", """{"cv": 1}""", "search_args: \"cv\" must be a whole number from 2 to 100, not 1")]
    [InlineData("random", """{"alpha": [1]}""", """{"n_iter": 2.5}""", "search_args: \"n_iter\" must be a whole number from 1 to 1000, not 2.5")]
    [InlineData("grid", """{"alpha": [1]}""", """{"folds": 3}""", "search_args has no \"folds\"")]
    public void A_search_that_cannot_be_made_is_refused_before_a_row_is_read(string search, string parameters, string arguments, string message)
    {
        var error = Trainer.Refusal(() => TrainingPlan.Create(Searching("ridge", search, parameters) with { SearchArgs = arguments }));

        error.SqlState.ShouldBe("22023");
        error.Message.ShouldStartWith(message);
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_grid_too_large_to_try_is_refused_with_its_size()
    {
        var list = string.Join(", ", Enumerable.Range(1, 40));

        var error = Trainer.Refusal(() => TrainingPlan.Create(Searching("lightgbm", "grid", $$"""{"n_estimators": [{{list}}], "min_data_in_leaf": [{{list}}]}""")));

        (error.SqlState, error.Message).ShouldBe(("22023", "the grid has 1600 combinations, 1000 are allowed"));
    }

    [Fact]
    public void Fewer_rows_than_folds_are_refused()
    {
        var few = Table.Of([[1, 2], [3, 4], [5, 7], [1, 9]], [1.0, 2.0, 3.0, 5.0]);

        Trainer.Refusal(() => Trainer.Train(few, Trainer.Spec(few, "regression", "ridge") with { Search = "grid", SearchParams = """{"alpha": [1]}""" })).Message
            .ShouldBe("3 training rows cannot be split into 5 folds");
    }

    private static TrainingSpec Searching(string algorithm, string search, string parameters) =>
        Trainer.Spec(Diabetes, "regression", algorithm) with { Search = search, SearchParams = parameters };

    private static double[] Numbers(JsonElement results, string name) => [.. results.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
