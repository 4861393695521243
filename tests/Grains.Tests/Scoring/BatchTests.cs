using Shouldly;
using Xunit;

namespace Graincast.Scoring;

public sealed class BatchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(777)]
    public void A_batch_is_bit_equal_to_its_rows_one_by_one(int rows)
    {
        foreach (var image in SampleModels.ByName.Values.Concat(Forests()))
        {
            using var model = ScoringModel.Open(ImageWriter.Write(image));
            var inputs = SampleModels.Rows(image, rows, seed: rows);
            var answers = new float[rows];
            model.PredictBatch(inputs, answers);
            var singles = inputs.Chunk(model.Inputs).Select(row => BitConverter.SingleToInt32Bits(model.Predict(row)));
            answers.Select(BitConverter.SingleToInt32Bits).ShouldBe(singles);
        }
    }

    [Fact]
    public void A_batch_is_bit_equal_to_the_walk_of_one_row_also_in_images_whose_single_rows_go_through_the_batch_call()
    {
        foreach (var image in Forests().Where(image => image.Task == ModelTask.Regression))
        {
            using var model = ScoringModel.Open(ImageWriter.Write(image));
            var inputs = SampleModels.Rows(image, 20, seed: 20);
            var answers = new float[20];
            var score = new double[1];
            model.PredictBatch(inputs, answers);
            for (var row = 0; row < answers.Length; row++)
            {
                model.Scores(inputs.AsSpan(row * model.Inputs, model.Inputs), score);
                answers[row].ShouldBe((float)score[0]);
            }
        }
    }

    [Fact]
    public void Threads_that_share_a_model_get_the_answers_of_one()
    {
        var image = Forests().First();
        using var model = ScoringModel.Open(ImageWriter.Write(image));
        var inputs = SampleModels.Rows(image, 4000, seed: 3);
        var alone = new float[4000];
        model.PredictBatch(inputs, alone);
        Parallel.For(0, 4000, row => model.Predict(inputs.AsSpan(row * model.Inputs, model.Inputs)).ShouldBe(alone[row]));
    }

    [Fact]
    public void A_batch_of_the_wrong_length_is_refused_with_both_numbers()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName["linear"]));
        Should.Throw<ArgumentException>(() => model.PredictBatch(new float[7], new float[2])).Message.ShouldContain("2 rows of 3 inputs are not 7 numbers");
    }

    /// <summary>One output and several, narrow and so wide that a block is a single group of eight, or one row.</summary>
    private static IEnumerable<ModelImage> Forests()
    {
        yield return Forest(10, 1, 100);
        yield return Forest(10, 3, 60);
        yield return Forest(2000, 1, 200);
        yield return Forest(50000, 1, 1300);
    }

    private static ModelImage Forest(int features, int outputs, int trees) => new(
        outputs == 1 ? ModelTask.Regression : ModelTask.Classification, [ImageColumn.Number("x", features)],
        SampleModels.Forest(trees, 31, features, outputs, seed: features), outputs == 1 ? Link.Identity : Link.Softmax, outputs,
        outputs == 1 ? [] : [.. Enumerable.Range(0, outputs).Select(k => new Label($"{k}", k))], "{}");
}
