using Graincast.Scoring;
using Graincast.Training;

namespace Graincast.Onnx;

/// <summary>Makes images of ONNX files. In a process of its own: see <see cref="OnnxModel"/>.</summary>
internal static class OnnxImport
{
    // Sums of float32 are this good; what is meant as a probability is.
    private const double Tolerance = 1e-3;

    /// <summary>
    /// The image: of one input the number columns f0, f1, …, of several a column each by its name; a regression, or a classification whose labels are those of
    /// the file, else 0, 1, …. The model has answered for rows of zeros by then.
    /// </summary>
    /// <param name="onnx">The bytes of the file.</param>
    /// <param name="maxImageBytes">The largest image that is wanted.</param>
    /// <exception cref="GraincastException">22023: the bytes are malformed, the model does not answer as it should, or the image is too large. 0A000: a form that is not offered.</exception>
    public static byte[] ToImage(byte[] onnx, int maxImageBytes)
    {
        var lists = OnnxFile.ReadClassLabels(onnx);
        using var model = OnnxModel.Load(onnx, lists);
        var (one, own, chosen) = model.ScoreWithLabels(new float[model.Width]);
        CheckRows(one, model.ScoreWithLabels(new float[2 * model.Width]).Scores);
        var isRegression = one.Length == 1 && !model.HasLabel && own is null;
        var labels = isRegression ? [] : own ?? lists.FindLast(list => list.Length == one.Length) ?? OnnxFile.Numbers(Enumerable.Range(0, one.Length).Select(place => (long)place));
        if (!isRegression)
        {
            CheckProbabilities(one, labels, chosen);
        }

        var task = isRegression ? ModelTask.Regression : ModelTask.Classification;
        var image = ImageWriter.Write(new ModelImage(
            task, Columns(model), new ExternalLearner(onnx), isRegression ? Link.Identity : Link.Share, one.Length, labels, ImageMetadata.WriteImported(task, "onnx", [])));
        return image.Length <= maxImageBytes
            ? image
            : throw new GraincastException(SqlState.InvalidParameter, $"the model's image would have {image.Length} bytes, the limit is {maxImageBytes}", "Import a smaller model: fewer trees, narrower layers.");
    }

    private static ImageColumn[] Columns(OnnxModel model)
    {
        var columns = model.Inputs is [{ Shape.Length: 1 } input]
            ? [.. Enumerable.Range(0, input.Width).Select(place => ImageColumn.Number($"f{place}"))]
            : model.Inputs.Select(tensor => ImageColumn.Number(tensor.Name, tensor.Width)).ToArray();
        return columns.Length <= ImageLayout.MaxColumns
            ? columns
            : throw new GraincastException(SqlState.FeatureNotSupported, $"an ONNX model of {columns.Length} columns cannot be imported", $"It may have {ImageLayout.MaxColumns}; let it read [rows, 1, features].");
    }

    private static void CheckRows(double[] one, double[] two)
    {
        if (one.Length is 0 or > ImageLayout.MaxOutputs || two.Length != 2 * one.Length)
        {
            throw new GraincastException(
                SqlState.InvalidParameter, $"the ONNX model gives {one.Length} numbers for one row and {two.Length} for two", "It must give as many for each row: one, or a probability a class.");
        }

        if (Array.Exists(one, double.IsNaN))
        {
            throw new GraincastException(SqlState.InvalidParameter, "the ONNX model gives NaN for a row of zeros", "Look at its weights: NaN in one of them spoils every answer.");
        }

        for (var i = 0; i < two.Length; i++)
        {
            if (!(Math.Abs(two[i] - one[i % one.Length]) <= Tolerance * (1 + Math.Abs(one[i % one.Length]))) && !two[i].Equals(one[i % one.Length]))
            {
                throw new GraincastException(
                    SqlState.InvalidParameter, $"the ONNX model gives {one[i % one.Length]:R} for a row of zeros and {two[i]:R} for the same among two", "Export it for inference: a row's answer must not depend on the rows beside it.");
            }
        }
    }

    private static void CheckProbabilities(double[] scores, Label[] labels, string[] chosen)
    {
        if (scores.Length < 2 || scores.Min() < -Tolerance || Math.Abs(scores.Sum() - 1) > Tolerance)
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported,
                $"an ONNX model whose output is no probabilities cannot be imported: {string.Join(", ", scores.Take(10).Select(score => $"{score:R}"))} for a row of zeros",
                "They must be at least two and sum to 1: end it with a Softmax, or export predict_proba.");
        }

        if (labels.Length != scores.Length || labels.Select(label => label.Text).Distinct(StringComparer.Ordinal).Count() < labels.Length)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"the ONNX model has {scores.Length} probabilities and {labels.Length} labels, or a label twice", "Convert it again from the model it was made of.");
        }

        if (chosen.Length > 0 && !(Array.FindIndex(labels, label => label.Text == chosen[0]) is >= 0 and var place && scores[place] > scores.Max() - Tolerance))
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported,
                $"an ONNX model that chooses another label than the most probable one cannot be imported: \"{chosen[0]}\" for a row of zeros",
                $"Labels are {string.Join(", ", labels.Take(10).Select(label => $"\"{label.Text}\""))}. Convert it with ZipMap, which says whose each probability is.");
        }
    }
}
