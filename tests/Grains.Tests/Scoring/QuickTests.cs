using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>The tables that registers read: whatever the width, the answers are those of the plain walk, bit for bit.</summary>
public sealed class QuickTests
{
    private const int Rows = 200;

    public static TheoryData<string> Widths => [.. Enum.GetValues<Kernel.Simd>().Where(simd => simd > Kernel.Simd.None && simd <= Kernel.SimdBest()).Select(simd => simd.ToString())];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Random_forests_answer_as_the_walk_does(string width)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            ShouldAgree(Random(random), width, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Views_that_fill_one_register_or_several_answer_as_the_walk_does(string width)
    {
        foreach (var features in new[] { 1, 8, 9, 16, 17, 32, 33, 64, 65, 300 })
        {
            ShouldAgree(Image(features, 1, SampleModels.Forest(40, 31, features, 1, seed: features)), width, $"{features} features");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Chains_to_the_left_and_to_the_right_answer_as_the_walk_does(string width)
    {
        foreach (var splits in new[] { 1, 30, 31, 32, 63, 64 })
        {
            TreeLearner chains = new([Chain(splits, toTheLeft: true), Chain(splits, toTheLeft: false)], [0], 1);
            ShouldAgree(Image(1, 1, chains), width, $"{splits} splits");
        }
    }

    /// <summary>No trainer writes such, a hostile image may: unrolled it has a million leaves.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Splits_that_share_a_child_answer_as_the_walk_does(string width)
    {
        var splits = Enumerable.Range(0, 20).Select(i => i < 19 ? new Split(0, i / 20f, i + 1, i + 1, MissingSplit.None, false) : new Split(0, 0.5f, ~0, ~1, MissingSplit.None, false));
        TreeLearner diamonds = new([new Tree(0, [.. splits], [.. Enumerable.Range(0, 21).Select(i => i + 0.25)])], [0], 1);
        ShouldAgree(Image(1, 1, diamonds), width, "diamonds");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Categories_and_fills_answer_as_the_walk_does(string width)
    {
        var image = SampleModels.ByName["linear-prepared"] with { Learner = SampleModels.Forest(50, 20, 6, 1, seed: 1) };
        ShouldAgree(image, width, "prepared");
    }

    private static void ShouldAgree(ModelImage image, string width, string which)
    {
        var bytes = ImageWriter.Write(image);
        using var walking = ScoringModel.Open(bytes, Kernel.Simd.None);
        using var quick = ScoringModel.Open(bytes, Enum.Parse<Kernel.Simd>(width));
        var inputs = SampleModels.Rows(image, Rows, seed: 7);
        int[] expected = [.. inputs.Chunk(walking.Inputs).SelectMany(row => Bits(walking, row))];
        inputs.Chunk(quick.Inputs).SelectMany(row => Bits(quick, row)).ShouldBe(expected, which);
        Batch(quick, inputs).ShouldBe(Batch(walking, inputs), which);
    }

    private static IEnumerable<int> Bits(ScoringModel model, float[] row)
    {
        var scores = new double[model.Outputs];
        model.Scores(row, scores);
        return [BitConverter.SingleToInt32Bits(model.Predict(row)), .. scores.Select(score => BitConverter.DoubleToInt64Bits(score).GetHashCode())];
    }

    private static int[] Batch(ScoringModel model, float[] inputs)
    {
        var answers = new float[Rows];
        model.PredictBatch(inputs, answers);
        return Array.ConvertAll(answers, BitConverter.SingleToInt32Bits);
    }

    /// <summary>Trees of one leaf to some more than a table's word has bits, of all sizes or mostly of one.</summary>
    private static ModelImage Random(Random random)
    {
        var features = random.Next(1, 40);
        var outputs = random.Next(1, 4);
        var most = new[] { 2, 16, 32, 33, 64, 70 }[random.Next(6)];
        var trees = Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
            SampleModels.Forest(1, random.Next(3) == 0 ? random.Next(1, most + 1) : most, features, 1, random.Next()).Trees[0] with { Output = random.Next(outputs) });
        return Image(features, outputs, new TreeLearner([.. trees], new double[outputs], 0.5));
    }

    /// <summary>Each split has a leaf on one side and the rest of the chain on the other; the last has two leaves.</summary>
    private static Tree Chain(int splits, bool toTheLeft)
    {
        var chain = Enumerable.Range(0, splits).Select(i =>
        {
            var rest = i + 1 < splits ? i + 1 : ~(i + 1);
            var threshold = (toTheLeft ? splits - i : i) * 2f / splits - 1;
            return new Split(0, threshold, toTheLeft ? rest : ~i, toTheLeft ? ~i : rest, MissingSplit.NaN, toTheLeft);
        });
        return new Tree(0, [.. chain], [.. Enumerable.Range(0, splits + 1).Select(i => i + 0.25)]);
    }

    private static ModelImage Image(int features, int outputs, TreeLearner trees) => new(
        outputs == 1 ? ModelTask.Regression : ModelTask.Classification, [ImageColumn.Number("x", features)], trees, outputs == 1 ? Link.Identity : Link.Softmax, outputs,
        outputs == 1 ? [] : [.. Enumerable.Range(0, outputs).Select(k => new Label($"{k}", k))], "{}");
}
