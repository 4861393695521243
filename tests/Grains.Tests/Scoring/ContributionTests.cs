using System.Numerics;
using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>Contributions of inputs to scores, against Shapley's definition: every subset of the features, one by one.</summary>
public sealed class ContributionTests
{
    [Theory]
    [InlineData(1, 2, 1, 1)]
    [InlineData(3, 7, 2, 1)]
    [InlineData(6, 12, 4, 3)]
    [InlineData(4, 40, 6, 2)]
    public void Trees_contribute_what_a_sum_over_all_subsets_of_features_gives(int trees, int leaves, int features, int outputs)
    {
        var image = Forest(trees, leaves, features, outputs);
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        foreach (var row in SampleModels.Rows(image, 40, seed: leaves).Chunk(features))
        {
            var (contributions, bases) = Explain(model, row);
            var forest = (TreeLearner)image.Learner;
            for (var output = 0; output < outputs; output++)
            {
                double Value(uint known) => forest.Base[output]
                    + (forest.Factor * forest.Trees.Where(tree => tree.Output == output).Sum(tree => Expected(tree, 0, row, known)));
                bases[output].ShouldBe(Value(0), 1e-12);
                for (var feature = 0; feature < features; feature++)
                {
                    contributions[(output * features) + feature].ShouldBe(Shapley(Value, feature, features), 1e-12);
                }
            }
        }
    }

    [Theory]
    [InlineData("linear-explained")]
    [InlineData("trees-explained")]
    public void Base_and_contributions_sum_to_the_score(string name)
    {
        var image = SampleModels.ByName[name];
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var scores = new double[model.Outputs];
        foreach (var row in SampleModels.Rows(image, 200, seed: 9).Chunk(model.Inputs).Where(row => row.All(x => float.IsNaN(x) || Math.Abs(x) < 10)))
        {
            model.Scores(row, scores);
            if (scores.Any(double.IsNaN))
            {
                // A missing number that is not filled.
                continue;
            }

            var (contributions, bases) = Explain(model, row);
            for (var output = 0; output < model.Outputs; output++)
            {
                (bases[output] + contributions.Skip(output * model.Inputs).Take(model.Inputs).Sum()).ShouldBe(scores[output], 1e-12);
            }
        }
    }

    [Fact]
    public void A_linear_score_is_told_from_the_mean_row_and_a_texts_features_are_added_up()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName["linear-explained"]));

        // Features: (5 − 1) / 2, (3 − 2) · 4; red, blue, ""; Ulm: (3.5 − 0.5) · 2. Their means: 0.5, −1, 0.25, 0.5, 0.125, 2.
        var (contributions, bases) = Explain(model, [5, 3, 1, 0]);

        contributions.ShouldBe([1 * (2 - 0.5), 2 * (4 - -1), (3 * -0.25) + (4 * 0.5) + (5 * -0.125), 6 * (6 - 2)]);
        bases.ShouldBe([0.25 + (1 * 0.5) + (2 * -1) + (3 * 0.25) + (4 * 0.5) + (5 * 0.125) + (6 * 2)]);
    }

    [Fact]
    public void Features_that_no_split_asks_for_contribute_nothing_and_rows_decide_the_base()
    {
        var tree = new Tree(0, [new Split(1, 0, ~0, ~1, MissingSplit.NaN, true)], [10, 20]) { LeafRows = [30, 10] };
        using var model = ScoringModel.Open(ImageWriter.Write(OneTree(tree, 3)));

        var (contributions, bases) = Explain(model, [7, 1, float.NaN]);

        bases.ShouldBe([12.5]);
        contributions.ShouldBe([0, 7.5, 0]);
    }

    [Fact]
    public void A_path_of_4096_splits_is_explained_and_a_longer_one_is_refused()
    {
        var image = OneTree(Chain(4096, 5), 5);
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        float[] row = [0.5f, 100, 2000.5f, -1, 4000];
        var scores = new double[1];
        model.Scores(row, scores);
        var (contributions, bases) = Explain(model, row);
        (bases[0] + contributions.Sum()).ShouldBe(scores[0], 1e-9 * Math.Abs(scores[0]));

        Should.Throw<InvalidImageException>(() => ImageWriter.Write(OneTree(Chain(4097, 5), 5))).Message.ShouldContain("deeper than 4096");
    }

    [Fact]
    public void A_path_of_many_features_with_shares_near_1_keeps_its_digits()
    {
        const int features = 200;
        var tree = Chain(features, features);
        int[] rows = [.. Enumerable.Repeat(1, features), 1_000_000];
        using var model = ScoringModel.Open(ImageWriter.Write(OneTree(tree with { LeafRows = rows }, features)));

        var (contributions, bases) = Explain(model, [.. Enumerable.Repeat(1e6f, features)]);

        (bases[0] + contributions.Sum()).ShouldBe(tree.Leaves[features], 1e-12);
        bases[0].ShouldBe(tree.Leaves.Zip(rows, (leaf, count) => leaf * count).Sum() / rows.Sum(), 1e-12);
    }

    [Theory]
    [InlineData(40, "two ways")]
    [InlineData(5000, "more paths than leaves")]
    public void Children_that_meet_again_are_scored_and_never_walked_path_by_path(int count, string reason)
    {
        // Both sides of the first splits lead to the next: 2^39 paths.
        Split[] splits = [.. Enumerable.Range(0, count).Select(i => new Split(0, i, i < 39 ? i + 1 : ~0, i < 39 ? i + 1 : ~1, MissingSplit.None, false))];
        var tree = new Tree(0, splits, new double[count + 1]);
        ScoringModel.Open(ImageWriter.Write(OneTree(tree, 1))).Dispose();

        var explained = OneTree(tree with { LeafRows = [.. Enumerable.Repeat(1, count + 1)] }, 1);
        Should.Throw<InvalidImageException>(() => ImageWriter.Write(explained)).Message.ShouldContain(reason);
    }

    [Fact]
    public void A_leaf_that_two_splits_lead_to_while_none_leads_to_another_is_refused()
    {
        Split[] splits = [new(0, 0, 1, ~0, MissingSplit.None, false), new(0, 1, ~0, ~1, MissingSplit.None, false)];
        var tree = new Tree(0, splits, [1, 2, 3]) { LeafRows = [1, 1, 1] };

        Should.Throw<InvalidImageException>(() => ImageWriter.Write(OneTree(tree, 1))).Message.ShouldContain("two ways");
    }

    [Fact]
    public void A_background_that_does_not_fit_its_learner_is_refused()
    {
        var split = new Split(0, 0, ~0, ~1, MissingSplit.None, false);
        var half = new TreeLearner([new Tree(0, [split], [1, 2]) { LeafRows = [1, 1] }, new Tree(0, [split], [1, 2])], [0], 1);
        var linear = SampleModels.ByName["linear"];
        Should.Throw<ArgumentException>(() => ImageWriter.Write(OneTree(half.Trees[0], 1) with { Learner = half }));
        Should.Throw<ArgumentException>(() => ImageWriter.Write(linear with { Learner = new LinearLearner([0.5, -2, 0.25], [1.5]) { Mean = [1] } }));
        Should.Throw<InvalidImageException>(() => ImageWriter.Write(linear with { Learner = new LinearLearner([0.5, -2, 0.25], [1.5]) { Mean = [1, 2, double.NaN] } }))
            .Message.ShouldContain("background");
        Should.Throw<InvalidImageException>(() => ImageWriter.Write(OneTree(new Tree(0, [split], [1, 2]) { LeafRows = [4, 0] }, 1))).Message.ShouldContain("no rows");
    }

    [Fact]
    public void An_image_without_a_background_says_that_it_cannot_be_explained()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName["trees"]));

        model.CanExplain.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => Explain(model, [1, 2, 3]));
    }

    private static (double[] Contributions, double[] Bases) Explain(ScoringModel model, float[] row)
    {
        var (contributions, bases) = (new double[model.Outputs * model.Inputs], new double[model.Outputs]);
        model.Explain(row, contributions, bases);
        return (contributions, bases);
    }

    private static ModelImage Forest(int trees, int leaves, int features, int outputs)
    {
        var labels = Enumerable.Range(0, outputs).Select(i => new Label($"{i}", i)).ToArray();
        return SampleModels.WithRows(new ModelImage(
            outputs > 1 ? ModelTask.Classification : ModelTask.Regression, SampleModels.Numbers(features), SampleModels.Forest(trees, leaves, features, outputs, seed: trees),
            outputs > 1 ? Link.Softmax : Link.Identity, outputs, outputs > 1 ? labels : [], "{}"));
    }

    private static ModelImage OneTree(Tree tree, int features) =>
        new(ModelTask.Regression, SampleModels.Numbers(features), new TreeLearner([tree], [0], 1), Link.Identity, 1, [], "{}");

    /// <summary>Split i asks feature i mod features whether it is at most i; its left child is a leaf.</summary>
    private static Tree Chain(int splits, int features) => new(0,
        [.. Enumerable.Range(0, splits).Select(i => new Split(i % features, i, ~i, i + 1 < splits ? i + 1 : ~splits, MissingSplit.NaN, false))],
        [.. Enumerable.Range(0, splits + 1).Select(i => Math.Sin(i) + 2)]) { LeafRows = [.. Enumerable.Range(0, splits + 1).Select(i => (i % 7) + 1)] };

    private static double Shapley(Func<uint, double> value, int feature, int features)
    {
        var sum = 0.0;
        for (var subset = 0u; subset < 1u << features; subset++)
        {
            if ((subset >> feature & 1) == 0)
            {
                var size = BitOperations.PopCount(subset);
                sum += Factorial(size) * Factorial(features - size - 1) / Factorial(features) * (value(subset | 1u << feature) - value(subset));
            }
        }

        return sum;
    }

    private static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    /// <summary>What a tree says when only some features are known: where it asks for another, both sides, by their rows.</summary>
    private static double Expected(Tree tree, int place, float[] row, uint known)
    {
        if (tree.Splits.Length == 0 || place < 0)
        {
            return tree.Leaves[tree.Splits.Length == 0 ? 0 : ~place];
        }

        var split = tree.Splits[place];
        if ((known >> split.Feature & 1) != 0)
        {
            return Expected(tree, ReferenceScorer.GoesLeft(split, row[split.Feature]) ? split.Left : split.Right, row, known);
        }

        var (left, right) = (RowsUnder(tree, split.Left), RowsUnder(tree, split.Right));
        return ((left * Expected(tree, split.Left, row, known)) + (right * Expected(tree, split.Right, row, known))) / (left + right);
    }

    private static double RowsUnder(Tree tree, int place) =>
        place < 0 ? tree.LeafRows[~place] : RowsUnder(tree, tree.Splits[place].Left) + RowsUnder(tree, tree.Splits[place].Right);
}
