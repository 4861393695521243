using System.Diagnostics;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>A fitted model with its image, the same at all parts.</summary>
internal sealed class Candidate : IDisposable
{
    private readonly Communicator _ranks;

    private Candidate(Fitted fitted, TimeSpan fitTime, ModelImage definition, double[] importance, byte[] image, Communicator ranks) =>
        (Fitted, FitTime, Definition, Importance, Image, Model, _ranks) = (fitted, fitTime, definition, importance, image, ScoringModel.Open(image), ranks);

    public Fitted Fitted { get; }

    public TimeSpan FitTime { get; }

    /// <summary>What the image was written from at the root.</summary>
    public ModelImage Definition { get; }

    /// <summary>A share a column; empty = the trainer knows none.</summary>
    public double[] Importance { get; }

    public byte[] Image { get; }

    public ScoringModel Model { get; }

    /// <exception cref="GraincastException">The data or a setting cannot be learnt from.</exception>
    public static Candidate Fit(TrainingPlan plan, TrainingSet data, long seed, ProgressReporter progress)
    {
        var ranks = data.Training.Ranks;
        var started = Stopwatch.GetTimestamp();
        var fitted = plan.Algorithm.CreateTrainer().Fit(data.Training, plan.Hyperparameters, seed, progress);
        var fitTime = Stopwatch.GetElapsedTime(started);
        try
        {
            var importance = FeatureImportance.OfColumns(fitted.Importance, data.Preparation.Columns);
            var definition = new ModelImage(plan.Task, data.Preparation.Columns, fitted.Learner, fitted.Link, fitted.Outputs, data.Labels.Labels,
                ImageMetadata.Write(plan, seed, data.Training.Rows, importance));
            // The root's image is the one. Each part compares it with what it learnt itself: a part that went another way shows.
            var image = ranks.Broadcast(!ranks.IsRoot ? [] : ImageWriter.Write(definition));
            return new Candidate(fitted, fitTime, definition, importance, image, ranks);
        }
        catch
        {
            fitted.Dispose();
            throw;
        }
    }

    /// <summary>The metrics on the rows that are held out.</summary>
    public MetricList Measure(TrainingSet data, out TimeSpan scoreTime)
    {
        var started = Stopwatch.GetTimestamp();
        var metrics = new MetricList(Evaluation.Of(Model, data, _ranks), Fitted.Metrics);
        scoreTime = Stopwatch.GetElapsedTime(started);
        return metrics;
    }

    public void Dispose()
    {
        Model.Dispose();
        Fitted.Dispose();
    }
}
