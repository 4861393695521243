using System.Diagnostics;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>One node's part in a training, from row files to an image, in this process.</summary>
public static class TrainingRun
{
    /// <summary>Trains, checks the image against the trainer, measures it on the held-out rows and writes it.</summary>
    /// <param name="job">What to train on; <see cref="TrainingJob.ImagePath"/> is written under a temporary name and renamed.</param>
    /// <param name="ranks">The parts that train together.</param>
    /// <param name="tell">Receives progress.</param>
    /// <exception cref="GraincastException">
    /// Those of <see cref="TrainingPlan.Create"/>; XX001: damaged rows; 22004: a NULL; 22023: data that cannot be learnt from;
    /// XX000: kernel and trainer disagree.
    /// </exception>
    internal static WorkerResult Execute(TrainingJob job, Communicator ranks, Action<WorkerProgress> tell)
    {
        ArgumentNullException.ThrowIfNull(job);
        var progress = new ProgressReporter(tell);
        var plan = TrainingPlan.Create(job.Spec);
        using var rows = RowSet.Read(job.RowFiles, job.Rows, job.Spec.Columns);
        var data = TrainingSet.Create(plan, rows, job.Seed, ranks, progress);

        progress.Enter("fitting");
        var started = Stopwatch.GetTimestamp();
        using var fitted = plan.Algorithm.CreateTrainer().Fit(data.Training, plan.Hyperparameters, job.Seed, progress);
        var fitTime = Stopwatch.GetElapsedTime(started);

        // The root's image is the one. Each part compares it with what it learnt itself: a part that went another way shows.
        var image = ranks.Broadcast(!ranks.IsRoot ? [] : ImageWriter.Write(new ModelImage(plan.Task, data.Preparation.Columns, fitted.Learner, fitted.Link, fitted.Outputs,
            data.Labels.Labels, ImageMetadata.Write(plan, job.Seed, data.Training.Rows, FeatureImportance.OfColumns(fitted.Importance, data.Preparation.Columns)))));
        using var model = ScoringModel.Open(image);
        progress.Enter("evaluating");
        progress.Say($"image: {image.Length} bytes, comparing kernel and trainer");
        new AgreementCheck(model, data.Preparation, fitted.Native, plan.Algorithm.NonFinite).Run(data.EvaluationInputs);

        started = Stopwatch.GetTimestamp();
        var metrics = new MetricList(Evaluation.Of(model, data, ranks), fitted.Metrics);
        metrics.Add("fit_time", fitTime.TotalSeconds);
        metrics.Add("score_time", Stopwatch.GetElapsedTime(started).TotalSeconds);
        progress.Say($"metrics: {metrics}");

        Publish(image, job.ImagePath);
        return new WorkerResult(model.Sha256, image.Length, model.Inputs, rows.Count, plan.Hyperparameters.ToJson(), metrics.ToJson());
    }

    private static void Publish(byte[] image, string path)
    {
        var temporary = path + ".part";
        File.WriteAllBytes(temporary, image);
        File.Move(temporary, path, overwrite: true);
    }
}
