using System.Text.Json;
using Graincast.Scoring;
using Graincast.Training;

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
            var result = TrainingRun.Execute(job, progress.Add);
            return new Trained(result, File.ReadAllBytes(job.ImagePath), progress);
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
