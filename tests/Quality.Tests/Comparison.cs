using System.Text.Json;
using Graincast.Tests.Training;

namespace Graincast.Tests.Quality;

/// <summary>Trains with five seeds, ours and theirs, on the same splits.</summary>
internal static class Comparison
{
    /// <summary>Seeds 0 … 4.</summary>
    public const int Seeds = 5;

    public static IReadOnlyList<QualityRow> Make(IReadOnlyList<Problem> problems)
    {
        var folder = Directory.CreateTempSubdirectory("graincast-quality-");
        try
        {
            var jobs = new List<object>();
            foreach (var problem in problems)
            {
                for (var seed = 0; seed < Seeds; seed++)
                {
                    var (train, test) = SplitExport.Write(problem.Table, problem.Spec(seed) with { Preprocess = "{}" }, folder.FullName, $"{jobs.Count}");
                    var settings = JsonSerializer.Deserialize<JsonElement>(problem.Settings);
                    jobs.Add(new { name = $"{problem.Name}/{seed}", estimator = $"{problem.Task}/{problem.Algorithm}", train, test, seed, settings, scaled = problem.IsScaled });
                }
            }

            var theirs = Reference.Fit(folder.FullName, jobs);
            return
            [
                .. problems.Select(problem =>
                {
                    var results = Enumerable.Range(0, Seeds).Select(seed => theirs[$"{problem.Name}/{seed}"]).ToList();
                    return new QualityRow(problem.Task, problem.Dataset, problem.Algorithm, results[0].Counterpart, [.. Enumerable.Range(0, Seeds).Select(seed => Math.Round(Ours(problem, seed), QualityRow.Digits))],
                        [.. results.Select(result => Math.Round(result.Score, QualityRow.Digits))]);
                }),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Our key metric.</summary>
    public static double Ours(Problem problem, int seed) => Trainer.Train(problem.Table, problem.Spec(seed)).Metric(problem.KeyMetric);
}
