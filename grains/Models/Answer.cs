using System.Diagnostics;
using Graincast.Scoring;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <summary>Predictions from inputs.</summary>
internal static class Answer
{
    /// <summary>Values of rows × inputs, row by row. 0A000 for a decomposition.</summary>
    public static float[] Values(ScoringModel model, ReadOnlySpan<float> inputs)
    {
        if (model.Task == ModelTask.Decomposition)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, "a decomposition has no prediction", "Use pgml.decompose in SQL.");
        }

        var values = new float[inputs.Length / model.Inputs];
        long start = Stopwatch.GetTimestamp();
        model.PredictBatch(inputs, values);
        GraincastMeter.PredictionComputeDuration.Record(GraincastMeter.SecondsSince(start));
        return values;
    }

    /// <summary>A prediction whose value is known.</summary>
    public static Prediction Of(ScoringModel model, ReadOnlySpan<float> inputs, float value, Deployment deployment, string node)
    {
        float[] probabilities = [];
        if (model.Task == ModelTask.Classification)
        {
            probabilities = new float[model.Labels.Count];
            model.PredictProba(inputs, probabilities);
        }

        return new Prediction
        {
            Value = value,
            Label = model.Labels.FirstOrDefault(label => (float)label.Value == value)?.Text,
            Probabilities = probabilities,
            Labels = [.. model.Labels.Select(label => label.Text)],
            Model = deployment.Model,
            Deployment = deployment.Seq,
            Node = node,
        };
    }
}
