using System.Globalization;
using System.Text;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Makes images of models in LightGBM's text, whoever wrote it.</summary>
public static class LightGbmImport
{
    // FORMAT.md, section 12.
    private const int MaxExplainedDepth = 4096;

    private const string Objectives = "Objectives: regression, regression_l1, huber, fair, quantile, mape, binary, multiclass; without reg_sqrt.";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The image: a number column for each of feature_names, of a classification the labels 0 … k−1. Its scores are LightGBM's for float features, times the sigmoid
    /// of a binary objective. It has a background if the text counts the rows of every leaf, and importances if it has every split's gain.
    /// </summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="maxImageBytes">The largest image that is wanted.</param>
    /// <exception cref="GraincastException">22023: the text is malformed or the image too large. 0A000: an image cannot express it.</exception>
    public static byte[] ToImage(ReadOnlySpan<byte> text, int maxImageBytes)
    {
        var model = LightGbmModelText.Parse(Decode(text));
        var (task, link, classes, sigmoid) = ReadObjective(model.Head);
        var outputs = link == Link.Softmax ? classes : 1;
        model.Head.Integer("num_class", outputs, outputs);
        model.Head.Integer("num_tree_per_iteration", outputs, outputs);
        var columns = ReadColumns(model);
        var factor = model.IsAveraged ? sigmoid / (model.Trees.Count / outputs) : sigmoid;
        var isExplained = model.Trees.All(tree => tree.LeafRows.Length > 0 && tree.LeafRows.Min() > 0 && Depth(tree) <= MaxExplainedDepth);
        var trees = isExplained ? model.Trees : [.. model.Trees.Select(tree => tree with { LeafRows = [] })];
        var image = ImageWriter.Write(new ModelImage(task, columns, new TreeLearner(trees, new double[outputs], factor), link, outputs,
            [.. Enumerable.Range(0, classes).Select(label => new Label(label.ToString(CultureInfo.InvariantCulture), label))],
            ImageMetadata.WriteImported(task, "lightgbm", FeatureImportance.OfColumns(model.Gains, columns))));
        return image.Length <= maxImageBytes
            ? image
            : throw new GraincastException(SqlState.InvalidParameter, $"the model's image would have {image.Length} bytes, the limit is {maxImageBytes}", "Save fewer trees: save_model's num_iteration.");
    }

    private static string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw new GraincastException(SqlState.InvalidParameter, "the model's text is not UTF-8", "Pass the bytes of the file, or convert_to(text, 'UTF8').", innerException: exception);
        }
    }

    private static (ModelTask Task, Link Link, int Classes, double Sigmoid) ReadObjective(LightGbmBlock head)
    {
        var objective = head.Has("objective") ? head.Text("objective") : "";
        switch (objective.Split(' ', 3))
        {
            case ["regression" or "regression_l1" or "huber" or "fair" or "quantile" or "mape", .. var more] when more is [] || (more is [var alpha] && alpha.StartsWith("alpha:", StringComparison.Ordinal)):
                return (ModelTask.Regression, Link.Identity, 0, 1);
            case ["binary", var sigmoid] when Suffix(sigmoid, "sigmoid:") is var factor && factor > 0 && double.IsFinite(factor):
                return (ModelTask.Classification, Link.Logistic, 2, factor);
            case ["multiclass", var count] when Suffix(count, "num_class:") is var classes && classes is >= 2 and <= ImageLayout.MaxOutputs && double.IsInteger(classes):
                return (ModelTask.Classification, Link.Softmax, (int)classes, 1);
            default:
                throw new GraincastException(
                    SqlState.FeatureNotSupported,
                    objective.Length == 0 ? "a LightGBM model without an objective cannot be imported" : $"a LightGBM model of the objective \"{LightGbmBlock.Shown(objective)}\" cannot be imported",
                    Objectives);
        }
    }

    private static double Suffix(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal) && double.TryParse(word.AsSpan(prefix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static ImageColumn[] ReadColumns(LightGbmModel model)
    {
        var names = model.Head.Words("feature_names", model.Features);
        return Array.TrueForAll(names, name => !name.Contains('\0')) && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? Array.ConvertAll(names, name => ImageColumn.Number(name))
            : throw model.Head.Wrong("feature_names", "has a name twice, or one with a zero byte");
    }

    private static int Depth(Tree tree)
    {
        var depth = new int[tree.Splits.Length];
        for (var i = 0; i < depth.Length; i++)
        {
            foreach (var child in (ReadOnlySpan<int>)[tree.Splits[i].Left, tree.Splits[i].Right])
            {
                if (child >= 0)
                {
                    depth[child] = depth[i] + 1;
                }
            }
        }

        return depth.Length == 0 ? 0 : depth.Max() + 1;
    }
}
