using Graincast.Scoring;
using Shouldly;
using Xunit;

namespace Graincast.Onnx;

/// <summary>ONNX files as images, and the scores that ONNX Runtime gives. Only files that it is known to survive: others are read by child processes.</summary>
public sealed class OnnxImportTests
{
    [Fact]
    public void A_model_of_one_output_is_a_regression_by_number_columns()
    {
        var onnx = OnnxFiles.Linear([2, -1, 0.5f], 3);

        using var image = Import(onnx);

        (image.Task, image.Inputs, image.Outputs, image.IsExternal).ShouldBe((ModelTask.Regression, 3, 1, true));
        image.Columns.Select(column => column.Name).ShouldBe(["f0", "f1", "f2"]);
        image.ExternalModel().ShouldBe(onnx);
        image.MetadataJson.ShouldContain("\"algorithm\":\"onnx\"");
        Score(image, 1, 1, 2, 0, 4, 0).ShouldBe([5, -1]);
        float.IsNaN(image.Predict([1, 1, 2])).ShouldBeTrue("the kernel must not score it");
        image.Answer([5.0]).ShouldBe(5);
    }

    [Fact]
    public void A_model_of_doubles_scores_the_floats_that_it_is_given()
    {
        using var image = Import(OnnxFiles.DoubleLinear([1, 1e-9]));

        Score(image, 1, 1).ShouldBe([1 + 1e-9]);
    }

    [Fact]
    public void Several_inputs_are_columns_by_their_names()
    {
        using var image = Import(OnnxFiles.Columns());

        image.Columns.Select(column => (column.Name, column.Width)).ShouldBe([("width", 1), ("length", 2)]);
        Score(image, 1, 2, 3, 4, 5, 6).ShouldBe([321, 654]);
    }

    [Fact]
    public void Labels_that_no_file_names_are_counted_from_zero()
    {
        using var image = Import(OnnxFiles.Network());

        (image.Task, image.Link).ShouldBe((ModelTask.Classification, Link.Share));
        image.Labels.ShouldBe([new Label("0", 0), new Label("1", 1)]);
        var scores = Score(image, 1);
        scores[1].ShouldBe(1 / (1 + Math.Exp(-1)), 1e-6);
        image.Answer(scores).ShouldBe(1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Labels_are_those_of_the_file(bool isZipped)
    {
        using var texts = Import(OnnxFiles.Stump(new[] { "cat", "dog" }, isZipped));
        using var numbers = Import(OnnxFiles.Stump(new long[] { 3, 7 }, isZipped));

        texts.Labels.ShouldBe([new Label("cat", 0), new Label("dog", 1)]);
        numbers.Labels.ShouldBe([new Label("3", 3), new Label("7", 7)]);
        var scores = Score(numbers, 0, 0.5f, 0, 0.6f);
        scores.ShouldBe([0.9, 0.1, 0.25, 0.75], 1e-6);
        (numbers.Answer(scores.AsSpan(0, 2)), numbers.Answer(scores.AsSpan(2))).ShouldBe((3, 7));
        var probabilities = new float[2];
        numbers.Probabilities(scores.AsSpan(2), probabilities);
        probabilities.ShouldBe([0.25f, 0.75f], 1e-6);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Labels_and_their_scores_are_in_the_order_of_the_file_though_maps_are_sorted(bool isZipped)
    {
        using var texts = Import(OnnxFiles.Stump(new[] { "dog", "cat" }, isZipped));
        using var numbers = Import(OnnxFiles.Stump(new long[] { 7, -3 }, isZipped));

        texts.Labels.ShouldBe([new Label("dog", 0), new Label("cat", 1)]);
        numbers.Labels.ShouldBe([new Label("7", 7), new Label("-3", -3)]);
        Score(texts, 0, 0.5f, 0, 0.6f).ShouldBe([0.9, 0.1, 0.25, 0.75], 1e-6);
        Score(numbers, 0, 0.5f, 0, 0.6f).ShouldBe([0.9, 0.1, 0.25, 0.75], 1e-6);
    }

    public static TheoryData<string, byte[], string, string> Refused => new()
    {
        { "garbage", [8, 8, 1, 2, 3], "22023", "no ONNX model" },
        { "without a graph", new ProtoMessage().Number(1, 8).ToArray(), "22023", "cannot load" },
        { "an operator of someone's", new OnnxGraph().Input("X", OnnxGraph.Float, -1, 1).Node("Mine", ["X"], ["y"], "mine").Output("y", OnnxGraph.Float, -1, 1).ToArray(), "22023", "cannot load" },
        { "data elsewhere", new OnnxGraph().Input("X", OnnxGraph.Float, -1, 1).ElsewhereConstant("w", [1], "/etc/passwd").Node("Add", ["X", "w"], ["y"]).Output("y", OnnxGraph.Float, -1, 1).ToArray(), "0A000", "other files" },
        { "a fixed batch", new OnnxGraph().Input("X", OnnxGraph.Float, 1, 2).Node("Neg", ["X"], ["y"]).Output("y", OnnxGraph.Float, 1, 2).ToArray(), "0A000", "\"X\" float[1, 2]" },
        { "integers", new OnnxGraph().Input("X", OnnxGraph.Int64, -1, 1).Node("Neg", ["X"], ["y"]).Output("y", OnnxGraph.Int64, -1, 1).ToArray(), "0A000", "\"X\" int64[?, 1]" },
        { "two scores", new OnnxGraph().Input("X", OnnxGraph.Float, -1, 1).Node("Neg", ["X"], ["y"]).Node("Abs", ["X"], ["z"]).Output("y", OnnxGraph.Float, -1, 1).Output("z", OnnxGraph.Float, -1, 1).ToArray(), "0A000", "\"z\" float[?, 1]" },
        { "NaN", OnnxFiles.Linear([float.NaN], 0), "22023", "NaN" },
        { "one number for all rows", new OnnxGraph().Input("X", OnnxGraph.Float, -1, 1).Node("ReduceSum", ["X"], ["y"]).Output("y", OnnxGraph.Float, 1, 1).ToArray(), "22023", "1 numbers for one row and 1 for two" },
        { "shares of all rows", new OnnxGraph().Input("X", OnnxGraph.Float, -1, 1).Node("Softmax", ["X"], ["y"], "", new ProtoMessage().Text(1, "axis").Number(3, 0).Number(20, 2)).Output("y", OnnxGraph.Float, -1, 1).ToArray(), "22023", "among two" },
        { "raw scores", OnnxFiles.Network("Identity"), "0A000", "no probabilities" },
        { "another label than the likeliest", OtherLabel(), "0A000", "\"1\" for a row of zeros" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_is_no_model_of_rows_is_refused_by_what_it_has(string what, byte[] onnx, string sqlState, string message)
    {
        var error = Should.Throw<GraincastException>(() => Import(onnx), what);

        (error.SqlState, error.Hint.Length > 0).ShouldBe((sqlState, true), error.Message);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void An_image_that_would_be_too_large_is_refused() =>
        Should.Throw<GraincastException>(() => OnnxImport.ToImage(OnnxFiles.Linear([1], 0), 500)).Message.ShouldContain("the limit is 500");

    [Fact]
    public void A_file_that_is_cut_anywhere_is_no_file_and_never_one_with_data_elsewhere_unseen()
    {
        var onnx = new OnnxGraph().ElsewhereConstant("w", [1], "/etc/passwd").ToArray();

        for (var length = 1; length < onnx.Length; length++)
        {
            try
            {
                OnnxFile.ReadClassLabels(onnx.AsSpan(0, length));
            }
            catch (GraincastException exception)
            {
                exception.SqlState.ShouldBeOneOf("22023", "0A000");
            }
        }

        Should.Throw<GraincastException>(() => OnnxFile.ReadClassLabels(onnx)).SqlState.ShouldBe("0A000");
    }

    // Shares 0.9 and 0.1, and the place of the smaller one as the label.
    private static byte[] OtherLabel() => new OnnxGraph()
        .Input("X", OnnxGraph.Float, -1, 2)
        .Constant("zero", [2], 0, 0)
        .Constant("shares", [2], 0.9f, 0.1f)
        .Node("Mul", ["X", "zero"], ["zeros"])
        .Node("Add", ["zeros", "shares"], ["y"])
        .Node("ArgMin", ["y"], ["label"], "", new ProtoMessage().Text(1, "axis").Number(3, 1).Number(20, 2), new ProtoMessage().Text(1, "keepdims").Number(3, 0).Number(20, 2))
        .Output("label", OnnxGraph.Int64, -1)
        .Output("y", OnnxGraph.Float, -1, 2)
        .ToArray();

    private static ScoringModel Import(byte[] onnx) => ScoringModel.Open(OnnxImport.ToImage(onnx, int.MaxValue));

    private static double[] Score(ScoringModel image, params float[] rows)
    {
        using var model = OnnxModel.Load(image.ExternalModel(), [[.. image.Labels]]);
        return model.Score(rows, image.Outputs);
    }
}
