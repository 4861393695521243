using System.Diagnostics;
using Graincast.Scoring;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <summary>Predictions from inputs and, of an external model, its scores; of any other there are none.</summary>
internal static class Answer
{
    /// <summary>Values of rows × inputs, row by row. 0A000 for a decomposition.</summary>
    public static float[] Values(ScoringModel model, ReadOnlySpan<float> inputs, ReadOnlySpan<double> scores)
    {
        if (model.Task == ModelTask.Decomposition)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, "a decomposition has no prediction", "Use pgml.decompose in SQL.");
        }

        var values = new float[inputs.Length / model.Inputs];
        if (!model.IsExternal)
        {
            long start = Stopwatch.GetTimestamp();
            model.PredictBatch(inputs, values);
            GraincastMeter.PredictionComputeDuration.Record(GraincastMeter.SecondsSince(start));
            return values;
        }

        for (int row = 0; row < values.Length; row++)
        {
            values[row] = model.Answer(scores.Slice(row * model.Outputs, model.Outputs));
        }

        return values;
    }

    /// <summary>A prediction whose value is known.</summary>
    public static Prediction Of(ScoringModel model, ReadOnlySpan<float> inputs, ReadOnlySpan<double> scores, float value, Deployment deployment, string node) => new()
    {
        Value = value,
        Label = model.Labels.FirstOrDefault(label => (float)label.Value == value)?.Text,
        Probabilities = Probabilities(model, inputs, scores),
        Labels = [.. model.Labels.Select(label => label.Text)],
        Model = deployment.Model,
        Deployment = deployment.Seq,
        Node = node,
    };

    private static float[] Probabilities(ScoringModel model, ReadOnlySpan<float> inputs, ReadOnlySpan<double> scores)
    {
        var probabilities = new float[model.Labels.Count];
        if (model.IsExternal && probabilities.Length > 0)
        {
            model.Probabilities(scores, probabilities);
        }
        else if (model.Task == ModelTask.Classification)
        {
            model.PredictProba(inputs, probabilities);
        }

        return probabilities;
    }
}
