namespace Graincast.Scoring;

/// <summary>What a model answers, computed from its definition and nothing else: slow, plain, no image, no kernel.</summary>
internal static class ReferenceScorer
{
    public static float[] Features(ModelImage image, ReadOnlySpan<float> inputs)
    {
        var features = new List<float>();
        var input = 0;
        foreach (var column in image.Columns)
        {
            var filled = inputs.Slice(input, column.Width).ToArray().Select((x, i) =>
                !float.IsNaN(x) && (column.Kind == ColumnKind.Number || IsCategory(column, x)) ? x
                    : column.Fill.Length > 0 ? column.Fill[i] : float.IsNaN(column.Unknown) ? x : column.Unknown).ToArray();
            var encoded = column.Encoder switch
            {
                Encoder.OneHot => [.. column.Categories.Select((_, i) => filled[0] == i ? 1f : 0f)],
                Encoder.Value => [IsCategory(column, filled[0]) ? column.Categories[(int)filled[0]].Value : float.NaN],
                _ => filled,
            };
            features.AddRange(encoded.Select((x, i) => column.Center.Length > 0 ? (float)((x - column.Center[i]) * column.Scale[i]) : x));
            input += column.Width;
        }

        return [.. features];
    }

    public static double[] Scores(ModelImage image, ReadOnlySpan<float> inputs)
    {
        var x = Features(image, inputs);
        return [.. Enumerable.Range(0, image.Outputs).Select(k => image.Learner switch
        {
            LinearLearner linear => linear.Intercepts[k] + x.Select((value, j) => linear.Weights[(k * x.Length) + j] * value).Sum(),
            CentroidLearner centroid => x.Select((value, j) => Math.Pow(value - centroid.Centroids[(k * x.Length) + j], 2)).Sum(),
            ComponentLearner component => x.Select((value, j) => component.Components[(k * x.Length) + j] * (value - component.Mean[j])).Sum(),
            TreeLearner trees => trees.Base[k] + (trees.Factor * trees.Trees.Where(tree => tree.Output == k).Aggregate(0.0, (sum, tree) => sum + Leaf(tree, x))),
            ExternalLearner => double.NaN,
            _ => throw new InvalidOperationException(),
        })];
    }

    public static double[] Probabilities(ModelImage image, double[] scores) => image.Link switch
    {
        Link.Logistic => [1 - Sigmoid(scores[0]), Sigmoid(scores[0])],
        Link.Softmax => [.. scores.Select(s => Math.Exp(s) / scores.Sum(Math.Exp))],
        Link.Share when scores.Length == 1 => [1 - scores[0], scores[0]],
        Link.Votes => [.. Votes(image, scores).Select(votes => votes / scores.Length)],
        _ => [.. scores.Select(s => s / scores.Sum())],
    };

    public static float Answer(ModelImage image, double[] scores) => image.Task switch
    {
        ModelTask.Regression => (float)scores[0],
        _ when scores.Any(double.IsNaN) => float.NaN,
        _ when image.Link == Link.Votes => (float)image.Labels[Array.IndexOf(Votes(image, scores), Votes(image, scores).Max())].Value,
        ModelTask.Clustering => Array.IndexOf(scores, scores.Min()),
        ModelTask.Classification when scores.Length == 1 => (float)image.Labels[scores[0] > (image.Link == Link.Share ? 0.5 : 0) ? 1 : 0].Value,
        ModelTask.Classification => (float)image.Labels[Array.IndexOf(scores, scores.Max())].Value,
        _ => float.NaN,
    };

    private static double[] Votes(ModelImage image, double[] scores)
    {
        var votes = new double[image.Labels.Count];
        var pairs = Enumerable.Range(0, votes.Length).SelectMany(first => Enumerable.Range(first + 1, votes.Length - first - 1).Select(second => (first, second)));
        foreach (var ((first, second), score) in pairs.Zip(scores))
        {
            votes[score > 0 ? second : first]++;
        }

        return votes;
    }

    private static bool IsCategory(ImageColumn column, float x) => x >= 0 && x < column.Categories.Count && x == MathF.Floor(x);

    private static double Sigmoid(double s) => 1 / (1 + Math.Exp(-s));

    private static double Leaf(Tree tree, float[] features)
    {
        var node = tree.Splits.Length == 0 ? ~0 : 0;
        while (node >= 0)
        {
            var split = tree.Splits[node];
            node = GoesLeft(split, features[split.Feature]) ? split.Left : split.Right;
        }

        return tree.Leaves[~node];
    }

    /// <summary>LightGBM's NumericalDecision.</summary>
    internal static bool GoesLeft(Split split, float x)
    {
        if (float.IsNaN(x) && split.Missing != MissingSplit.NaN)
        {
            x = 0;
        }

        var missing = split.Missing == MissingSplit.NaN ? float.IsNaN(x) : split.Missing == MissingSplit.Zero && Math.Abs(x) <= 1e-35f;
        return missing ? split.DefaultLeft : x <= split.Threshold;
    }
}
