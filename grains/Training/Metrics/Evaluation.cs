using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Measures an image on the evaluated rows through the kernel: what SQL will answer is what is measured.</summary>
internal static class Evaluation
{
    /// <summary>Metrics that say how many rows there were, and nothing of a label.</summary>
    public static readonly string[] RowCounts = ["training_rows", "test_rows"];

    /// <summary>The metrics of the model's task, then training_rows and test_rows. One that is not defined for these rows is NaN.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(ScoringModel model, TrainingSet data, Communicator ranks)
    {
        IEnumerable<KeyValuePair<string, double>> metrics = model.Task switch
        {
            ModelTask.Regression => RegressionMetrics.Of(data.EvaluationTargets, Predict(model, data.EvaluationInputs), ranks),
            ModelTask.Classification => OfClasses(model, data, ranks),
            ModelTask.Clustering =>
            [
                new("silhouette", Silhouette.Of(data.Preparation.Apply(data.EvaluationInputs),
                    Array.ConvertAll(Predict(model, data.EvaluationInputs), cluster => (int)cluster), data.EvaluationHashes, ranks)),
            ],
            _ => [],
        };
        return [.. metrics, new(RowCounts[0], data.Training.Rows), new(RowCounts[1], data.TestRows)];
    }

    private static IEnumerable<KeyValuePair<string, double>> OfClasses(ScoringModel model, TrainingSet data, Communicator ranks)
    {
        var byValue = model.Labels.Index().ToDictionary(label => (float)label.Item.Value, label => label.Index);
        var answers = Array.ConvertAll(Predict(model, data.EvaluationInputs), answer => byValue[answer]);
        var probabilities = new FloatTable(answers.Length, model.Labels.Count);
        for (var row = 0; row < answers.Length; row++)
        {
            model.PredictProba(data.EvaluationInputs.Row(row), probabilities.Row(row));
        }

        return [.. ClassificationMetrics.Of(data.EvaluationClasses, answers, model.Labels.Count, ranks), .. ProbabilityMetrics.Of(data.EvaluationClasses, probabilities, ranks)];
    }

    private static float[] Predict(ScoringModel model, FloatTable inputs)
    {
        var predictions = new float[inputs.Rows];
        var chunk = new float[inputs.ChunkRows * inputs.Width];
        for (var first = 0; first < inputs.Rows; first += inputs.ChunkRows)
        {
            var answers = predictions.AsSpan(first, Math.Min(inputs.ChunkRows, inputs.Rows - first));
            var rows = chunk.AsSpan(0, answers.Length * inputs.Width);
            inputs.CopyRows(first, rows);
            model.PredictBatch(rows, answers);
        }

        return predictions;
    }
}
