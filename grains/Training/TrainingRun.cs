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
        var (result, image) = Train(job, ranks, tell);
        Publish(image, job.ImagePath);
        return result;
    }

    /// <summary>The same, but nothing is written.</summary>
    internal static (WorkerResult Result, byte[] Image) Train(TrainingJob job, Communicator ranks, Action<WorkerProgress> tell)
    {
        ArgumentNullException.ThrowIfNull(job);
        var progress = new ProgressReporter(tell);
        var (plan, data, found) = Prepare(job, ranks, progress);
        // Native trainers allocate outside of the collector's sight: what reading has left behind would stay beside it all.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var candidates = Candidates.Fit(plan, data, job.Seed, progress);
        var image = candidates.Join(job.Seed);
        progress.Enter("evaluating");
        progress.Say($"image: {image.Length} bytes, comparing kernel and trainer");
        candidates.Check(image);

        var metrics = candidates.Measure(out var scoreTime);
        metrics.Add("fit_time", candidates.FitTime.TotalSeconds);
        metrics.Add("score_time", scoreTime.TotalSeconds);
        progress.Say($"metrics: {metrics}");

        return (new WorkerResult(ImageHash.Name(image), image.Length, data[0].EvaluationInputs.Width, job.Rows, plan.Hyperparameters.ToJson(), metrics.ToJson(found)), image);
    }

    // Reads, splits, searches; of all that only the prepared rows are left.
    private static (TrainingPlan Plan, IReadOnlyList<TrainingSet> Data, SearchResults? Found) Prepare(TrainingJob job, Communicator ranks, ProgressReporter progress)
    {
        var plan = TrainingPlan.Create(job.Spec);
        using var rows = RowSet.Read(job.RowFiles, job.Rows, job.Spec.Columns);
        var source = new TrainingRows(plan, rows, ranks, progress);
        var holdout = source.Split(job.Seed, progress);

        progress.Enter("fitting");
        SearchResults? found = null;
        if (plan.Search is { } search)
        {
            found = Search.Run(plan, source, holdout.Training, job.Seed, progress);
            plan = plan.With(search.Trials[found.Best].Values);
        }

        return (plan, source.Prepare(holdout), found);
    }

    private static void Publish(byte[] image, string path)
    {
        var temporary = path + ".part";
        File.WriteAllBytes(temporary, image);
        File.Move(temporary, path, overwrite: true);
    }
}
