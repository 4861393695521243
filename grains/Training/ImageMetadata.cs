using System.Text.Json;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>What an image says about itself for people. Nothing that depends on when, where or in which run it was trained.</summary>
internal static class ImageMetadata
{
    /// <param name="plan">The algorithm and its settings.</param>
    /// <param name="seed">Of all random choices.</param>
    /// <param name="trainingRows">Rows of all parts.</param>
    /// <param name="importance">A share a column, in the image's order; empty = not known. <c>pgml.feature_importance</c> reads it.</param>
    public static string Write(TrainingPlan plan, long seed, long trainingRows, double[] importance) => JsonText.Write(writer =>
    {
        writer.WriteString("task", plan.Spec.Task);
        writer.WriteString("algorithm", plan.Spec.Algorithm);
        writer.WriteString("implementation", plan.Algorithm.Implementation);
        writer.WritePropertyName("hyperparams");
        plan.Hyperparameters.ToJson().WriteTo(writer);
        writer.WriteNumber("seed", seed);
        writer.WriteNumber("training_rows", trainingRows);
        WriteImportance(writer, importance);
    }).GetRawText();

    /// <summary>Of a model that was trained elsewhere: how is not known.</summary>
    public static string WriteImported(ModelTask task, string algorithm, double[] importance) => JsonText.Write(writer =>
    {
        writer.WriteString("task", task.ToString().ToLowerInvariant());
        writer.WriteString("algorithm", algorithm);
        WriteImportance(writer, importance);
    }).GetRawText();

    private static void WriteImportance(Utf8JsonWriter writer, double[] importance)
    {
        if (importance.Length > 0)
        {
            writer.WriteStartArray("feature_importance");
            foreach (var share in importance)
            {
                writer.WriteNumberValue(share);
            }

            writer.WriteEndArray();
        }
    }
}
