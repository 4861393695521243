using System.Text.Json;
using Graincast.Scoring;
using Graincast.Training;
using Shouldly;

namespace Graincast.Tests.Training;

/// <summary>Trains in this process, from row files in a folder of its own.</summary>
internal static class Trainer
{
    public static TrainingSpec Spec(Table table, string task, string algorithm) => new()
    {
        Run = 1,
        Database = "test",
        Role = "test",
        Project = "test",
        Task = task,
        Algorithm = algorithm,
        Sampling = "stratified",
        TestSize = 0.25f,
        Columns = table.Columns,
    };

    public static Trained Train(Table table, string task, string algorithm, string hyperparams = "{}") =>
        Train(table, Spec(table, task, algorithm) with { Hyperparams = hyperparams });

    public static Trained Train(Table table, TrainingSpec spec, int files = 1) =>
        Train(spec, table.Rows.Count, [.. table.Rows.Chunk((table.Rows.Count + files - 1) / Math.Max(1, files)).Select(rows => RowBytes.Write(table.Columns, rows))]);

    public static Trained Train(TrainingSpec spec, long rows, params byte[][] files)
    {
        var folder = Directory.CreateTempSubdirectory("graincast-training-");
        try
        {
            var paths = files.Select((bytes, i) =>
            {
                var path = Path.Combine(folder.FullName, $"rows-{i}");
                File.WriteAllBytes(path, bytes);
                return path;
            }).ToList();
            var job = new TrainingJob
            {
                Spec = spec,
                Seed = TrainingPlan.Create(spec).Seed,
                RowFiles = paths,
                Rows = rows,
                ImagePath = Path.Combine(folder.FullName, "image"),
            };
            var progress = new List<string>();
            var result = TrainingRun.Execute(job, Communicator.Alone, step => progress.Add(step.Text));
            return new Trained(result, File.ReadAllBytes(job.ImagePath), progress);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Fits the rows and shows the model beside what its trainer knows of it.</summary>
    public static void Fit(TrainingSpec spec, Table table, Action<Candidate, TrainingSet> use)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, RowBytes.Write(table.Columns, table.Rows));
            using var rows = RowSet.Read([path], table.Rows.Count, table.Columns);
            var plan = TrainingPlan.Create(spec);
            var data = Split(plan, rows, plan.Seed, Communicator.Alone);
            using var candidate = Candidate.Fit(plan, data, plan.Seed, ProgressReporter.Silent);
            use(candidate, data);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The rows, split and prepared as a training does it.</summary>
    public static TrainingSet Split(TrainingPlan plan, RowSet rows, long seed, Communicator ranks)
    {
        var source = new TrainingRows(plan, rows, ranks, ProgressReporter.Silent);
        return source.Prepare(source.Split(seed, ProgressReporter.Silent))[0];
    }

    /// <summary>The first label column, as a training reads it.</summary>
    public static LabelColumn Labels(RowSet rows, ModelTask task)
    {
        var reader = new LabelReader(rows);
        rows.Visit(reader.Read);
        return reader.Columns(task, Communicator.Alone)[0];
    }

    /// <summary>Trains in as many parts, each with its own rows, and gives what the first says; all must have the same image.</summary>
    public static (Trained Trained, long SentBytes) TrainInParts(TrainingSpec spec, params IReadOnlyList<object?[]>[] parts)
    {
        using var links = new ThreadParts(parts.Length);
        var folder = Directory.CreateTempSubdirectory("graincast-training-");
        try
        {
            var all = links.Run(ranks =>
            {
                var own = folder.CreateSubdirectory($"{ranks.Rank}").FullName;
                var rows = Path.Combine(own, "rows");
                File.WriteAllBytes(rows, RowBytes.Write(spec.Columns, parts[ranks.Rank]));
                var job = new TrainingJob
                {
                    Spec = spec,
                    Seed = TrainingPlan.Create(spec).Seed,
                    RowFiles = [rows],
                    Rows = parts[ranks.Rank].Count,
                    Rank = ranks.Rank,
                    Ranks = ranks.Size,
                    ImagePath = Path.Combine(own, "image"),
                };
                var progress = new List<string>();
                var result = TrainingRun.Execute(job, ranks, step => progress.Add(step.Text));
                return new Trained(result, File.ReadAllBytes(job.ImagePath), progress);
            });
            foreach (var other in all)
            {
                other.Image.ShouldBe(all[0].Image);
            }

            return (all[0], links.SentBytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static GraincastException Refusal(Action action) => Shouldly.Should.Throw<GraincastException>(action);
}

/// <summary>What a training gave.</summary>
internal sealed record Trained(WorkerResult Result, byte[] Image, IReadOnlyList<string> Progress)
{
    public double Metric(string name) => Result.Metrics.GetProperty(name).GetDouble();

    public bool HasMetric(string name) => Result.Metrics.TryGetProperty(name, out _);

    public JsonElement Hyperparam(string name) => Result.Hyperparams.GetProperty(name);

    public ScoringModel Open() => ScoringModel.Open(Image);
}
