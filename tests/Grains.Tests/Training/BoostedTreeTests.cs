using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class BoostedTreeTests
{
    [Theory]
    [InlineData("regression", "lightgbm")]
    [InlineData("classification", "lightgbm")]
    [InlineData("regression", "xgboost_random_forest")]
    [InlineData("classification", "extra_trees")]
    [InlineData("regression", "bagging")]
    [InlineData("classification", "bagging")]
    public void Rows_with_NaN_and_infinities_are_learnt_from_and_published_only_when_kernel_and_LightGBM_agree(string task, string algorithm)
    {
        var random = new Random(11);
        var extremes = new[] { double.NegativeInfinity, 0, -0.0, 1e-38, -1e300 };
        var features = Enumerable.Range(0, 600).Select(_ => Enumerable.Range(0, 6).Select(_ => random.Next(6) switch
        {
            0 => extremes[random.Next(extremes.Length)],
            1 => random.Next(2) == 0 ? double.NaN : double.PositiveInfinity,
            _ => random.NextDouble() * 10 - 5,
        }).ToArray()).ToList();
        var labels = features.Select(row => (object?)(double)((double.IsNaN(row[0]) ? 2 : row[0] > 0 ? 1 : 0) + (row[1] > 1 ? 1 : 0)));

        var trained = Trainer.Train(Table.Of(features, labels), task, algorithm);

        trained.Metric(task == "regression" ? "r2" : "f1").ShouldBeGreaterThan(algorithm == "extra_trees" ? 0.75 : 0.8);
    }

    [Theory]
    [InlineData("xgboost_random_forest")]
    [InlineData("lightgbm")]
    public void Each_tree_is_grown_on_a_draw_of_its_own_also_from_a_few_rows(string algorithm)
    {
        const int Rows = 15;
        var table = Table.Of([.. Enumerable.Range(0, Rows).Select(i => new double[] { i })], Enumerable.Range(0, Rows).Select(i => (object?)(double)(i * i)));
        var spec = Trainer.Spec(table, "regression", algorithm) with { TestSize = 0, Hyperparams = """{"subsample": 0.8, "min_data_in_leaf": 1, "n_estimators": 200}""" };

        Trainer.Fit(spec, table, (candidate, _) =>
        {
            var drawn = ((TreeLearner)candidate.Fitted.Learner).Trees.Where(tree => tree.Splits.Length > 0).Select(tree => tree.LeafRows.Sum()).ToList();
            drawn.Average().ShouldBe(0.8 * Rows, 0.5);
            // 3.5 % are expected to be of all rows.
            drawn.Count(rows => rows == Rows).ShouldBeLessThan(20);
        });
    }

    [Fact]
    public void A_missing_value_can_be_what_decides()
    {
        var table = Table.Of(
            Enumerable.Range(0, 200).Select(i => new[] { i % 3 == 0 ? double.NaN : i * 37 % 101 }),
            Enumerable.Range(0, 200).Select(i => (object?)(i % 3 == 0 ? 10.0 : 1.0)));

        using var model = Trainer.Train(table, "regression", "lightgbm").Open();

        model.Predict([float.NaN]).ShouldBe(10, 0.01f);
        foreach (var number in new[] { float.NegativeInfinity, float.MinValue, -1, 0, 50, 1e30f, float.MaxValue, float.PositiveInfinity })
        {
            model.Predict([number]).ShouldBe(1, 0.01f);
        }
    }

    // LightGBM puts a pointer to memory of its own into its caller's table of such columns: freeing it broke the heap.
    [Theory]
    [InlineData(10, 5)]
    [InlineData(1000, 50)]
    public void Columns_that_mostly_have_one_number_other_than_zero_are_learnt_from_again_and_again(int rows, int columns)
    {
        var table = Table.Of(
            Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, columns).Select(column => (row + column) % 10 == 0 ? row : 5.0).ToArray()),
            Enumerable.Range(0, rows).Select(row => (object?)(row % 10 == 0 ? 1.0 : 0.0)));
        var spec = Trainer.Spec(table, "regression", "lightgbm") with { Hyperparams = """{"n_estimators": 2, "min_data_in_leaf": 1}""" };

        var images = Enumerable.Range(0, 20).Select(_ => Convert.ToHexString(Trainer.Train(table, spec).Image));

        images.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("xgboost")]
    [InlineData("bagging")]
    public void No_least_number_of_rows_in_a_leaf_is_one_row(string algorithm)
    {
        var table = Table.Load("breast_cancer", "malignant");

        var none = Trainer.Train(table, "classification", algorithm, """{"min_data_in_leaf": 0}""");
        var one = Trainer.Train(table, "classification", algorithm, """{"min_data_in_leaf": 1}""");

        none.Metric("f1").ShouldBe(one.Metric("f1"));
    }

    [Theory]
    [InlineData(0.1, 0.1f)]
    [InlineData(1e300, float.MaxValue)]
    [InlineData(-1e300, float.NegativeInfinity)]
    [InlineData(0, 0f)]
    [InlineData(0.5, 0.5f)]
    public void Thresholds_are_rounded_down(double threshold, float expected)
    {
        var rounded = LightGbmTree.RoundDown(threshold);

        rounded.ShouldBe(expected == 0.1f ? MathF.BitDecrement(0.1f) : expected);
        ((double)rounded).ShouldBeLessThanOrEqualTo(threshold);
    }

    [Fact]
    public void A_model_text_with_something_unexpected_is_refused()
    {
        const string Tree = "tree\nversion=v4\nnum_tree_per_iteration=1\nmax_feature_idx=0\n\nTree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nsplit_gain=1\nthreshold=0.5\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=1 2\nleaf_count=3 4\nis_linear=0\n\nend of trees\n";
        LightGbmModelText.Read(Tree, [0]).Learner.Trees.Count.ShouldBe(1);
        foreach (var (from, to) in new[] { ("num_cat=0", "num_cat=1"), ("decision_type=2", "decision_type=1"), ("decision_type=2", "decision_type=14"), ("is_linear=0", "is_linear=1"), ("v4", "v5"), ("leaf_value=1 2", "leaf_value=1"), ("end of trees", "average_output") })
        {
            Trainer.Refusal(() => LightGbmModelText.Read(Tree.Replace(from, to), [0])).SqlState.ShouldBe("XX000");
        }

        Trainer.Refusal(() => LightGbmModelText.Read(Tree, [0], isAveraged: true)).SqlState.ShouldBe("XX000");
    }

    [Fact]
    public void A_tree_of_a_forest_that_sees_all_rows_answers_their_leafs_share()
    {
        // One tree, one split: x0 > 0.5 holds 3 of 4 "b".
        var table = Table.Of(
            Enumerable.Range(0, 80).Select(i => new[] { i < 40 ? 0.0 : 1 }),
            Enumerable.Range(0, 80).Select(i => (object?)(i < 40 ? "a" : i % 4 == 0 ? "c" : "b")));

        using var model = Trainer.Train(table, Trainer.Spec(table, "classification", "bagging") with { TestSize = 0, Hyperparams = """{"n_estimators": 3, "subsample": 1}""" }).Open();

        var shares = new float[3];
        model.PredictProba([1], shares);
        shares[0].ShouldBe(0, 1e-6f);
        shares[1].ShouldBe(0.75f, 1e-6f);
        shares[2].ShouldBe(0.25f, 1e-6f);
    }

    [Fact]
    public void Depth_alone_sets_the_leaves_for_xgboost_and_not_for_lightgbm()
    {
        var table = Table.Load("diabetes", "target");
        const string Deep = """{"max_depth": 7, "min_data_in_leaf": 1, "n_estimators": 3}""";

        using var xgboost = Trainer.Train(table, "regression", "xgboost", Deep).Open();
        using var lightgbm = Trainer.Train(table, "regression", "lightgbm", Deep).Open();

        // More leaves fit more values.
        DifferentAnswers(xgboost).ShouldBeGreaterThan(DifferentAnswers(lightgbm));

        int DifferentAnswers(ScoringModel model) =>
            table.Rows.Select(row => model.Predict(row[..^1].Select(value => (float)(double)value!).ToArray())).Distinct().Count();
    }
}
