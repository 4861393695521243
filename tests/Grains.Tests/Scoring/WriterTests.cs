using Shouldly;
using Xunit;

namespace Graincast.Scoring;

public sealed class WriterTests
{
    private static readonly ModelImage Linear = SampleModels.ByName["linear"];
    private static readonly ModelImage Pair = SampleModels.ByName["logistic"];
    private static readonly ModelImage External = SampleModels.ByName["external"];

    public static TheoryData<string, ModelImage> Refused => new()
    {
        { "too few weights", Linear with { Learner = new LinearLearner([1], [1]) } },
        { "a NaN weight", Linear with { Learner = new LinearLearner([1, double.NaN, 3], [1]) } },
        { "an infinite intercept", Linear with { Learner = new LinearLearner([1, 2, 3], [double.PositiveInfinity]) } },
        { "two outputs for a regression", Linear with { Outputs = 2, Learner = new LinearLearner(new double[6], new double[2]) } },
        { "labels for a regression", Linear with { Labels = [new("a", 0)] } },
        { "a classification without labels", Pair with { Labels = [] } },
        { "a classification without probabilities", Pair with { Link = Link.Identity } },
        { "votes of pairs that are not there", SampleModels.ByName["votes"] with { Labels = [new("a", 0), new("b", 1), new("c", 2)] } },
        { "votes of two labels", Pair with { Link = Link.Votes } },
        { "votes of trees", SampleModels.ByName["trees-softmax"] with { Link = Link.Votes } },
        { "a clustering by a linear learner", Linear with { Task = ModelTask.Clustering } },
        { "no columns", Linear with { Columns = [], Learner = new LinearLearner([], [1]) } },
        { "two columns of one name", Linear with { Columns = [ImageColumn.Number("a"), ImageColumn.Number("b"), ImageColumn.Number("a")] } },
        { "an infinite fill", WithColumn(ImageColumn.Number("a") with { Fill = [float.PositiveInfinity] }) },
        { "a fill too many", WithColumn(ImageColumn.Number("a") with { Fill = [1, 2] }) },
        { "a fill that is no category", WithColumn(Text("a", "b") with { Fill = [2] }) },
        { "an unknown text that is no category", WithColumn(Text("a", "b") with { Unknown = 2 }) },
        { "a category twice", WithColumn(Text("a", "b", "a")) },
        { "a category with a zero byte", WithColumn(Text("a\0")) },
        { "a category that is no Unicode", WithColumn(Text("\ud800")) },
        { "a center without a scale", WithColumn(ImageColumn.Number("a") with { Center = [1] }) },
        { "a NaN scale", WithColumn(ImageColumn.Number("a") with { Center = [1], Scale = [double.NaN] }) },
        { "a text column of two inputs", WithColumn(Text("a") with { Width = 2 }) },
        { "a NaN threshold", WithSplit(new(0, float.NaN, ~0, ~1, MissingSplit.None, false)) },
        { "a threshold that is no number", WithSplit(new(0, float.NaN, ~0, ~1, MissingSplit.None, false)) },
        { "a split that leads to itself", WithSplit(new(0, 1, 0, ~1, MissingSplit.None, false)) },
        { "a split that leads out of its tree", WithSplit(new(0, 1, 1, ~1, MissingSplit.None, false)) },
        { "a leaf that is not there", WithSplit(new(0, 1, ~2, ~1, MissingSplit.None, false)) },
        { "a feature that is not there", WithSplit(new(3, 1, ~0, ~1, MissingSplit.None, false)) },
        { "a leaf that is NaN", WithTree(new(0, [], [double.NaN])) },
        { "an output that is not there", WithTree(new(1, [], [1])) },
        { "a tree without leaves", WithTree(new(0, [], [])) },
        { "a joint model in a joint model", Linear with { Joint = [ImageWriter.Write(Linear with { Joint = [ImageWriter.Write(Linear)] })] } },
        { "a label of another task", Linear with { Joint = [ImageWriter.Write(Pair with { Columns = Linear.Columns, Learner = new LinearLearner([1, 2, 3], [0]) })] } },
        { "a label with other columns", Linear with { Joint = [ImageWriter.Write(WithColumn(ImageColumn.Number("a")))] } },
        { "a label with columns of other names", Linear with { Joint = [ImageWriter.Write(Linear with { Columns = [.. SampleModels.Numbers(3).Reverse()] })] } },
        { "a label that is no image", Linear with { Joint = [new byte[400]] } },
        { "a label that is cut short", Linear with { Joint = [ImageWriter.Write(Linear)[..^8]] } },
        { "a clustering of two labels", SampleModels.ByName["centroids"] with { Joint = [ImageWriter.Write(SampleModels.ByName["centroids"])] } },
        { "a model of others that is empty", External with { Learner = new ExternalLearner([]) } },
        { "a model of others with a column that is filled", External with { Columns = [ImageColumn.Number("a"), ImageColumn.Number("b") with { Fill = [1] }] } },
        { "a model of others that clusters", External with { Task = ModelTask.Clustering } },
        { "a model of others with a softmax", SampleModels.ByName["external-share"] with { Link = Link.Softmax } },
        { "a model of others with a label for two outputs", SampleModels.ByName["external-share"] with { Labels = [new("a", 0)] } },
        { "a model of others with two labels", External with { Joint = [ImageWriter.Write(External)] } },
        { "a second label that others score", Linear with { Joint = [ImageWriter.Write(External with { Columns = Linear.Columns })] } },
    };

    [Theory]
    [MemberData(nameof(SampleModels.Names), MemberType = typeof(SampleModels))]
    public void Equal_models_give_equal_bytes(string name) =>
        ImageWriter.Write(SampleModels.ByName[name]).ShouldBe(ImageWriter.Write(SampleModels.ByName[name] with { Outputs = SampleModels.ByName[name].Outputs }));

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_model_whose_parts_do_not_fit_is_never_written(string why, ModelImage image)
    {
        var error = Should.Throw<Exception>(() => ImageWriter.Write(image), why);
        (error is ArgumentException or InvalidImageException).ShouldBeTrue($"{why}: {error}");
    }

    [Fact]
    public void Labels_and_metadata_come_back_as_written()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(SampleModels.ByName["softmax"] with { MetadataJson = "{\"ä\":1}" }));
        model.Labels.ShouldBe([new("10", 10), new("20", 20), new("30", 30)]);
        model.MetadataJson.ShouldBe("{\"ä\":1}");
        (model.Task, model.Link, model.Outputs).ShouldBe((ModelTask.Classification, Link.Softmax, 3));
    }

    private static ModelImage WithColumn(ImageColumn column)
    {
        var features = column.Encoder == Encoder.OneHot ? column.Categories.Count : 1;
        return Linear with { Columns = [column], Learner = new LinearLearner(new double[features], [0]) };
    }

    private static ImageColumn Text(params string[] categories) =>
        new("text", ColumnKind.Text, 1, Encoder.OneHot, [.. categories.Select(text => new Category(text, 0))], [], [], []);

    private static ModelImage WithSplit(Split split) => WithTree(new(0, [split], [1, 2]));

    private static ModelImage WithTree(Tree tree) => Linear with { Learner = new TreeLearner([tree], [0], 1) };
}
