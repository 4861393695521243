using Xunit;

namespace Graincast.Scoring;

/// <summary>One small model of each kind. They are the golden images: do not change one, add another.</summary>
internal static class SampleModels
{
    private const string Metadata = """{"algorithm":"sample"}""";

    public static readonly IReadOnlyDictionary<string, ModelImage> ByName = new Dictionary<string, ModelImage>
    {
        ["linear"] = new(ModelTask.Regression, Numbers(3), new LinearLearner([0.5, -2, 0.25], [1.5]), Link.Identity, 1, [], Metadata),
        ["linear-prepared"] = Prepared(),
        ["logistic"] = new(
            ModelTask.Classification, Numbers(2), new LinearLearner([3, -1], [0.125]), Link.Logistic, 1, TextLabels("no", "yes"), Metadata),
        ["softmax"] = new(
            ModelTask.Classification, Numbers(2), new LinearLearner([1, 0, 0, 1, -1, -1], [0, 0.5, 0.25]), Link.Softmax, 3,
            [new("10", 10), new("20", 20), new("30", 30)], Metadata),
        ["centroids"] = new(ModelTask.Clustering, Numbers(2), new CentroidLearner([0, 0, 1, 1, -2, 3]), Link.Identity, 3, [], Metadata),
        ["components"] = new(
            ModelTask.Decomposition, [ImageColumn.Number("pixels", 3)], new ComponentLearner([0.5, 1, -1], [0.6, 0.8, 0, 0, 0, 1]), Link.Identity, 2, [], Metadata),
        ["trees"] = Trees(ModelTask.Regression, Link.Identity, 1, []),
        ["trees-softmax"] = Trees(ModelTask.Classification, Link.Softmax, 3, TextLabels("a", "b", "c")),
        ["trees-share"] = Trees(ModelTask.Classification, Link.Share, 3, TextLabels("a", "b", "c")),
        ["trees-share-pair"] = Trees(ModelTask.Classification, Link.Share, 1, TextLabels("no", "yes")),
        ["linear-explained"] = Prepared() with { Learner = new LinearLearner([1, 2, 3, 4, 5, 6], [0.25]) { Mean = [0.5, -1, 0.25, 0.5, 0.125, 2] } },
        ["trees-explained"] = WithRows(Trees(ModelTask.Classification, Link.Softmax, 3, TextLabels("a", "b", "c"))),
        ["joint"] = Joint(),
        ["votes"] = new(
            ModelTask.Classification, Numbers(2), new LinearLearner([1, 0, 0, 1, -1, -1, 1, 1, -2, 1, 0.5, -1], [0, 0.5, 0.25, -0.5, 0, 0.125]), Link.Votes, 6,
            TextLabels("a", "b", "c", "d"), Metadata),
        ["unknown"] = new(
            ModelTask.Regression, [new("city", ColumnKind.Text, 1, Encoder.Value, [new("Ulm", 3.5f), new("Berlin", -1), new("other", 2)], [], [], []) { Unknown = 2 }],
            new LinearLearner([3], [0.25]), Link.Identity, 1, [], Metadata),
        ["external"] = new(ModelTask.Regression, Numbers(2), new ExternalLearner([8, 8, 58, 0]), Link.Identity, 1, [], Metadata),
        ["external-share"] = new(ModelTask.Classification, Numbers(2), new ExternalLearner([8, 8, 58, 0]), Link.Share, 2, TextLabels("no", "yes"), Metadata),
    };

    public static TheoryData<string> Names => [.. ByName.Keys];

    public static ImageColumn[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => ImageColumn.Number($"x{i}"))];

    /// <summary>Rows that reach each corner: ordinary numbers, zeros, tiny ones, missing and infinite ones.</summary>
    public static float[] Rows(ModelImage image, int count, int seed)
    {
        var random = new Random(seed);
        float[] corners = [0, -0f, 1e-36f, -1e-36f, 1e-35f, 2e-35f, 1, 2, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon];
        var inputs = image.Columns.Sum(column => column.Width);
        var rows = new float[count * inputs];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = random.Next(4) == 0 ? corners[random.Next(corners.Length)] : (float)((random.NextDouble() * 4) - 2);
        }

        return rows;
    }

    /// <summary>Trees grown like LightGBM's: a split takes the place of a leaf, its right leaf is a new one.</summary>
    public static TreeLearner Forest(int trees, int leaves, int features, int outputs, int seed)
    {
        var random = new Random(seed);
        return new TreeLearner(
            [.. Enumerable.Range(0, trees).Select(i => Grow(leaves, features, i % outputs, random))],
            [.. Enumerable.Range(0, outputs).Select(_ => random.NextDouble())],
            0.5);
    }

    /// <summary>The same trees, with as many training rows in their leaves as chance gives.</summary>
    public static ModelImage WithRows(ModelImage image, int seed = 3)
    {
        var random = new Random(seed);
        var forest = (TreeLearner)image.Learner;
        return image with { Learner = forest with { Trees = [.. forest.Trees.Select(tree => tree with { LeafRows = [.. tree.Leaves.Select(_ => random.Next(1, 50))] })] } };
    }

    private static Tree Grow(int leaves, int features, int output, Random random)
    {
        var splits = new Split[leaves - 1];
        for (var i = 0; i < splits.Length; i++)
        {
            var leaf = random.Next(i + 1);
            for (var parent = 0; parent < i; parent++)
            {
                splits[parent] = splits[parent].Left == ~leaf ? splits[parent] with { Left = i }
                    : splits[parent].Right == ~leaf ? splits[parent] with { Right = i } : splits[parent];
            }

            var threshold = random.Next(7) switch { 0 => 0f, 1 => 1e-35f, 2 => float.NegativeInfinity, 3 => float.PositiveInfinity, _ => (float)((random.NextDouble() * 3) - 1.5) };
            splits[i] = new Split(random.Next(features), threshold, ~leaf, ~(i + 1), (MissingSplit)random.Next(3), random.Next(2) == 0);
        }

        return new Tree(output, splits, [.. Enumerable.Range(0, leaves).Select(_ => random.NextDouble())]);
    }

    private static Label[] TextLabels(params string[] names) => [.. names.Select((name, i) => new Label(name, i))];

    private static ModelImage Prepared() => new(
        ModelTask.Regression,
        [
            new("größe", ColumnKind.Number, 2, Encoder.None, [], [7, float.NaN], [1, 2], [0.5, 4]),
            new("color", ColumnKind.Text, 1, Encoder.OneHot, [new("red", 0), new("blue", 0), new("", 0)], [], [], []),
            new("city", ColumnKind.Text, 1, Encoder.Value, [new("Ulm", 3.5f), new("Berlin", -1)], [1], [0.5], [2]),
        ],
        new LinearLearner([1, 2, 3, 4, 5, 6], [0.25]), Link.Identity, 1, [], Metadata);

    /// <summary>Three labels by learners of different sizes.</summary>
    private static ModelImage Joint() => Prepared() with
    {
        Joint =
        [
            ImageWriter.Write(Prepared() with { Learner = new LinearLearner([6, 5, 4, 3, 2, 1], [-1]) }),
            ImageWriter.Write(Prepared() with { Learner = Forest(trees: 3, leaves: 4, features: 6, outputs: 1, seed: 3) }),
        ],
    };

    private static ModelImage Trees(ModelTask task, Link link, int outputs, Label[] labels) => new(
        task, Numbers(3),
        new TreeLearner(
            [
                new(0, [new(0, 0.5f, 1, ~2, MissingSplit.None, false), new(1, -1, ~0, ~1, MissingSplit.NaN, true)], [0.1, 0.2, 0.3]),
                new(outputs - 1, [new(2, 0, ~0, ~1, MissingSplit.Zero, false)], [0.4, 0.05]),
                new(outputs / 2, [], [0.15]),
            ],
            new double[outputs], 1),
        link, outputs, labels, Metadata);
}
