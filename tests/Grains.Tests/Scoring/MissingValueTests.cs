using Shouldly;
using Xunit;

namespace Graincast.Scoring;

public sealed class MissingValueTests
{
    public static TheoryData<MissingSplit, bool, float, bool> Cases => new()
    {
        // None: NaN is 0, and 0 ≤ 0.5.
        { MissingSplit.None, false, float.NaN, true },
        { MissingSplit.None, true, float.NaN, true },
        { MissingSplit.Zero, false, float.NaN, false },
        { MissingSplit.Zero, true, float.NaN, true },
        { MissingSplit.Zero, false, 0f, false },
        { MissingSplit.Zero, false, -1e-35f, false },
        { MissingSplit.Zero, false, 1.1e-35f, true },
        { MissingSplit.Zero, true, 1, false },
        { MissingSplit.NaN, false, float.NaN, false },
        { MissingSplit.NaN, true, float.NaN, true },
        { MissingSplit.NaN, false, 0f, true },
        { MissingSplit.None, true, float.PositiveInfinity, false },
        { MissingSplit.Zero, true, float.PositiveInfinity, false },
        { MissingSplit.NaN, true, float.PositiveInfinity, false },
        { MissingSplit.None, false, float.NegativeInfinity, true },
        { MissingSplit.Zero, false, float.NegativeInfinity, true },
        { MissingSplit.NaN, false, float.NegativeInfinity, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_split_sends_a_number_to_the_side_that_LightGBM_would(MissingSplit missing, bool defaultLeft, float input, bool left) =>
        Answer(new Split(0, 0.5f, ~0, ~1, missing, defaultLeft), input).ShouldBe(left ? 1 : 2);

    [Theory]
    [InlineData(0.5f, true)]
    [InlineData(0.50000006f, false)]
    public void A_number_equal_to_the_threshold_goes_left(float input, bool left) =>
        Answer(new Split(0, 0.5f, ~0, ~1, MissingSplit.NaN, false), input).ShouldBe(left ? 1 : 2);

    [Theory]
    [InlineData(float.NegativeInfinity, 1)]
    [InlineData(-float.MaxValue, 2)]
    public void A_threshold_rounded_down_to_minus_infinity_lets_only_that_pass(float input, float expected) =>
        Answer(new Split(0, float.NegativeInfinity, ~0, ~1, MissingSplit.NaN, false), input).ShouldBe(expected);

    [Fact]
    public void A_missing_number_with_neither_fill_nor_tree_makes_the_answer_NaN()
    {
        foreach (var name in new[] { "linear", "logistic", "softmax", "votes", "centroids" })
        {
            using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName[name]));
            model.Predict(Enumerable.Repeat(float.NaN, model.Inputs).ToArray()).ShouldBe(float.NaN, name);
        }
    }

    private static float Answer(Split split, float input)
    {
        var learner = new TreeLearner([new Tree(0, [split], [1, 2])], [0], 1);
        using var model = ScoringModel.Open(ImageWriter.Write(
            new ModelImage(ModelTask.Regression, SampleModels.Numbers(1), learner, Link.Identity, 1, [], "{}")));
        return model.Predict([input]);
    }
}
