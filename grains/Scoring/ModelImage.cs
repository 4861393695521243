namespace Graincast.Scoring;

/// <summary>What a model answers. Numbers are on disk: frozen by a test.</summary>
public enum ModelTask
{
    Regression = 1,
    Classification = 2,
    Clustering = 3,
    Decomposition = 4,
}

/// <summary>How raw scores become an answer. Numbers are on disk: frozen by a test.</summary>
public enum Link
{
    /// <summary>The raw score is the answer.</summary>
    Identity = 1,

    /// <summary>One raw score; 1 / (1 + exp(-s)) is the probability of the second label.</summary>
    Logistic = 2,

    /// <summary>One raw score a label; exp(s_k) / Σ exp(s_j).</summary>
    Softmax = 3,

    /// <summary>One non-negative raw score a label (one in all for two labels: the second's), divided by their sum.</summary>
    Share = 4,

    /// <summary>
    /// One raw score a pair of labels, (0, 1), (0, 2) … (1, 2) …: above 0 the second wins, else the first. The label that wins most pairs is the answer, of several the first;
    /// its share of the pairs stands for its probability.
    /// </summary>
    Votes = 5,
}

/// <summary>What a column holds. Numbers are on disk: frozen by a test.</summary>
public enum ColumnKind
{
    Number = 1,
    Text = 2,
}

/// <summary>How a text column's category becomes features. Numbers are on disk: frozen by a test.</summary>
public enum Encoder
{
    /// <summary>A number column: each input is one feature.</summary>
    None = 0,

    /// <summary>One feature: the category's own value (native, ordinal and target encoding).</summary>
    Value = 1,

    /// <summary>One feature a category: 1 for the row's category, 0 for the others.</summary>
    OneHot = 2,
}

/// <summary>A category of a text column and the feature value that <see cref="Encoder.Value"/> gives it.</summary>
public sealed record Category(string Text, float Value);

/// <summary>
/// One table column of the feature schema. <paramref name="Width"/> inputs (arrays flattened, row-major).
/// <paramref name="Fill"/>: what replaces a NULL or NaN input, or a text that is no category, one number an input; empty = a NULL is an error.
/// <paramref name="Center"/> and <paramref name="Scale"/>: feature = (encoded − center) · scale, one each a feature of this column; empty = as it is.
/// </summary>
public sealed record ImageColumn(
    string Name,
    ColumnKind Kind,
    int Width,
    Encoder Encoder,
    IReadOnlyList<Category> Categories,
    float[] Fill,
    double[] Center,
    double[] Scale)
{
    /// <summary>In a text column without a fill: the number of the category that any text counts as which is none; NaN = it is missing to trees, to other learners an error.</summary>
    public float Unknown { get; init; } = float.NaN;

    /// <summary>A number column with neither imputer nor scaler.</summary>
    public static ImageColumn Number(string name, int width = 1) => new(name, ColumnKind.Number, width, Encoder.None, [], [], [], []);
}

/// <summary>A class label: its text, and what predict answers for it.</summary>
public sealed record Label(string Text, double Value);

/// <summary>What was learnt. One of the five below.</summary>
public abstract record Learner;

/// <summary>score_k = intercept_k + Σ_j weight_kj · feature_j. Weights row-major, outputs × features.</summary>
public sealed record LinearLearner(double[] Weights, double[] Intercepts) : Learner
{
    /// <summary>Mean of each feature over the training rows, from which contributions are counted; empty = the model cannot be explained.</summary>
    public double[] Mean { get; init; } = [];
}

/// <summary>How a split reads a missing number; LightGBM's missing_type. Numbers are on disk: frozen by a test.</summary>
public enum MissingSplit
{
    /// <summary>NaN is read as 0.</summary>
    None = 0,

    /// <summary>NaN and |x| ≤ 1e-35 follow the default side.</summary>
    Zero = 1,

    /// <summary>NaN follows the default side.</summary>
    NaN = 2,
}

/// <summary>
/// A split: feature ≤ threshold goes left. A child ≥ 0 is a split of this tree with a higher index than its parent; a child &lt; 0 is leaf ~child.
/// </summary>
public readonly record struct Split(int Feature, float Threshold, int Left, int Right, MissingSplit Missing, bool DefaultLeft);

/// <summary>One tree that adds a leaf value to raw score <paramref name="Output"/>. No split: one leaf.</summary>
public sealed record Tree(int Output, Split[] Splits, double[] Leaves)
{
    /// <summary>Training rows that reached each leaf, at least 1; empty, in all trees of a model, = it cannot be explained.</summary>
    public int[] LeafRows { get; init; } = [];
}

/// <summary>score_k = base_k + factor · Σ leaves of the trees of output k, added in the trees' order as doubles.</summary>
public sealed record TreeLearner(IReadOnlyList<Tree> Trees, double[] Base, double Factor) : Learner;

/// <summary>score_k = squared Euclidean distance to centroid k; the answer is the nearest. Row-major, clusters × features.</summary>
public sealed record CentroidLearner(double[] Centroids) : Learner;

/// <summary>score_k = Σ_j component_kj · (feature_j − mean_j). Row-major, components × features.</summary>
public sealed record ComponentLearner(double[] Mean, double[] Components) : Learner;

/// <summary>A model in another format, an ONNX file, which the kernel keeps but does not score: scores come from whoever does.</summary>
public sealed record ExternalLearner(byte[] Model) : Learner;

/// <summary>A trained model, complete: everything that scoring needs and nothing that depends on when or where it was trained.</summary>
public sealed record ModelImage(
    ModelTask Task,
    IReadOnlyList<ImageColumn> Columns,
    Learner Learner,
    Link Link,
    int Outputs,
    IReadOnlyList<Label> Labels,
    string MetadataJson)
{
    /// <summary>
    /// Images of the labels that were learnt together with this model's: of the same task and the same columns, none of them joint itself. Empty = not a joint model.
    /// </summary>
    public IReadOnlyList<byte[]> Joint { get; init; } = [];
}
