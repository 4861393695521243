using Shouldly;
using Xunit;

namespace Graincast.Scoring;

public sealed class JointTests
{
    private static readonly ModelImage Definition = SampleModels.ByName["joint"];

    [Fact]
    public void A_joint_model_answers_each_label_as_its_image_alone()
    {
        using var joint = ScoringModel.Open(ImageWriter.Write(Definition));
        byte[][] images = [ImageWriter.Write(Definition with { Joint = [] }), .. Definition.Joint];
        ScoringModel[] labels = [.. images.Select(image => ScoringModel.Open(image))];
        var rows = SampleModels.Rows(Definition, 100, seed: 8);

        joint.Answers.ShouldBe(3);
        foreach (var row in rows.Chunk(joint.Inputs))
        {
            var answers = new float[3];
            joint.PredictJoint(row, answers);
            answers.Select(BitConverter.SingleToInt32Bits).ShouldBe(labels.Select(label => BitConverter.SingleToInt32Bits(label.Predict(row))));
        }

        Array.ForEach(labels, label => label.Dispose());
    }

    [Theory]
    [MemberData(nameof(SampleModels.Names), MemberType = typeof(SampleModels))]
    public void Every_model_has_a_joint_answer_whose_first_number_is_its_prediction(string name)
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName[name]));
        var row = SampleModels.Rows(SampleModels.ByName[name], 1, seed: 2);
        var answers = new float[model.Answers];
        model.PredictJoint(row, answers);

        answers.Length.ShouldBe(name == "joint" ? 3 : 1);
        BitConverter.SingleToInt32Bits(answers[0]).ShouldBe(BitConverter.SingleToInt32Bits(model.Predict(row)));
        Should.Throw<ArgumentException>(() => model.PredictJoint(row, new float[answers.Length + 1]));
    }
}
