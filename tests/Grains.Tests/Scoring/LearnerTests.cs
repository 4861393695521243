using Shouldly;
using Xunit;

namespace Graincast.Scoring;

public sealed class LearnerTests
{
    [Theory]
    [MemberData(nameof(SampleModels.Names), MemberType = typeof(SampleModels))]
    public void Scores_and_answers_agree_with_the_definition_on_finite_missing_and_infinite_rows(string name)
    {
        var image = SampleModels.ByName[name];
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var scores = new double[model.Outputs];
        foreach (var row in SampleModels.Rows(image, 2000, seed: 11).Chunk(model.Inputs))
        {
            model.Scores(row, scores);
            var expected = ReferenceScorer.Scores(image, row);
            for (var k = 0; k < scores.Length; k++)
            {
                ShouldAgree(scores[k], expected[k]);
            }

            // From the kernel's own scores: whether a tie falls left or right must not hang on the last bit of a sum.
            Bits(model.Predict(row)).ShouldBe(Bits(ReferenceScorer.Answer(image, scores)));
        }
    }

    [Theory]
    [InlineData("logistic")]
    [InlineData("softmax")]
    [InlineData("trees-softmax")]
    [InlineData("trees-share")]
    [InlineData("trees-share-pair")]
    [InlineData("votes")]
    public void Probabilities_follow_the_link_and_sum_to_one(string name)
    {
        var image = SampleModels.ByName[name];
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var probabilities = new float[model.Labels.Count];
        foreach (var row in SampleModels.Rows(image, 500, seed: 12).Chunk(model.Inputs).Where(row => row.All(x => Math.Abs(x) < 100)))
        {
            model.PredictProba(row, probabilities);
            probabilities.Sum().ShouldBe(1, 1e-6f);
            var expected = ReferenceScorer.Probabilities(image, ReferenceScorer.Scores(image, row));
            for (var k = 0; k < probabilities.Length; k++)
            {
                probabilities[k].ShouldBe((float)expected[k], 1e-6f);
            }
        }
    }

    [Fact]
    public void A_softmax_of_huge_scores_does_not_overflow()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName["softmax"]));
        var probabilities = new float[3];
        model.PredictProba([30000, 29999], probabilities);
        probabilities.Sum().ShouldBe(1, 1e-6f);
        probabilities[0].ShouldBeGreaterThan(probabilities[1]);
    }

    [Fact]
    public void Shares_that_are_all_zero_become_equal_probabilities()
    {
        var image = SampleModels.ByName["trees-share"] with { Learner = new TreeLearner([], [0, 0, 0], 1) };
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var probabilities = new float[3];
        model.PredictProba([0, 0, 0], probabilities);
        probabilities.ShouldBe([1f / 3, 1f / 3, 1f / 3]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(8, 3)]
    [InlineData(65, 31)]
    [InlineData(100, 64)]
    public void Forests_add_their_leaves_bit_for_bit_as_the_definition_says(int trees, int leaves)
    {
        var image = new ModelImage(
            ModelTask.Regression, SampleModels.Numbers(10), SampleModels.Forest(trees, leaves, 10, 1, seed: trees), Link.Identity, 1, [], "{}");
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var score = new double[1];
        foreach (var row in SampleModels.Rows(image, 500, seed: leaves).Chunk(10))
        {
            model.Scores(row, score);
            score[0].ShouldBe(ReferenceScorer.Scores(image, row)[0]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(19)]
    [InlineData(500)]
    public void Sums_over_features_are_right_at_each_length(int features)
    {
        var random = new Random(features);
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        (ModelTask Task, Learner Learner, int Outputs)[] learners =
        [
            (ModelTask.Regression, new LinearLearner(Numbers(features), [1]), 1),
            (ModelTask.Clustering, new CentroidLearner(Numbers(3 * features)), 3),
            (ModelTask.Decomposition, new ComponentLearner(Numbers(features), Numbers(2 * features)), 2),
        ];
        float[] row = [.. Numbers(features).Select(x => (float)x + 1)];
        foreach (var (task, learner, outputs) in learners)
        {
            var image = new ModelImage(task, [ImageColumn.Number("x", features)], learner, Link.Identity, outputs, [], "{}");
            using var model = ScoringModel.Open(ImageWriter.Write(image));
            var scores = new double[outputs];
            model.Scores(row, scores);
            var expected = ReferenceScorer.Scores(image, row);
            for (var k = 0; k < outputs; k++)
            {
                ShouldAgree(scores[k], expected[k]);
            }
        }
    }

    private static int Bits(float value) => float.IsNaN(value) ? -1 : BitConverter.SingleToInt32Bits(value);

    private static void ShouldAgree(double actual, double expected)
    {
        if (!(actual.Equals(expected) || Math.Abs(actual - expected) <= 1e-12 * Math.Max(1, Math.Abs(expected))))
        {
            actual.ShouldBe(expected);
        }
    }
}
