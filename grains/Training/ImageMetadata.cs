using System.Text;
using System.Text.Json;

namespace Graincast.Training;

/// <summary>What an image says about itself for people. Nothing that depends on when, where or in which run it was trained.</summary>
internal static class ImageMetadata
{
    public static string Write(TrainingPlan plan, long seed, long trainingRows)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("task", plan.Spec.Task);
            writer.WriteString("algorithm", plan.Spec.Algorithm);
            writer.WriteString("implementation", plan.Algorithm.Implementation);
            writer.WritePropertyName("hyperparams");
            plan.Hyperparameters.ToJson().WriteTo(writer);
            writer.WriteNumber("seed", seed);
            writer.WriteNumber("training_rows", trainingRows);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
