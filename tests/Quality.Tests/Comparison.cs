using System.Text.Json;
using Graincast.Tests.Training;

namespace Graincast.Tests.Quality;

/// <summary>Trains with many seeds, ours and theirs, on the same splits.</summary>
internal static class Comparison
{
    public static IReadOnlyList<QualityRow> Make(IReadOnlyList<Problem> problems)
    {
        var folder = Directory.CreateTempSubdirectory("graincast-quality-");
        try
        {
            var jobs = new List<object>();
            foreach (var problem in problems)
            {
                for (var seed = 0; seed < problem.Splits; seed++)
                {
                    var (train, test) = SplitExport.Write(problem.Table, problem.Spec(seed) with { Preprocess = "{}" }, folder.FullName, $"{jobs.Count}");
                    var settings = JsonSerializer.Deserialize<JsonElement>(problem.Settings);
                    jobs.Add(new { name = $"{problem.Name}/{seed}", estimator = $"{problem.Task}/{problem.Algorithm}", train, test, seed, settings, scaled = problem.IsScaled });
                }
            }

            var theirs = Reference.Fit(folder.FullName, jobs);
            return [.. problems.Select(problem => Row(problem, [.. Enumerable.Range(0, problem.Splits).Select(seed => theirs[$"{problem.Name}/{seed}"])]))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Our key metric; 0 where it is not defined for the rows held out, as of theirs.</summary>
    public static double Ours(Problem problem, int seed)
    {
        var trained = Trainer.Train(problem.Table, problem.Spec(seed));
        return trained.HasMetric(problem.KeyMetric) ? trained.Metric(problem.KeyMetric) : 0;
    }

    private static QualityRow Row(Problem problem, Reference.Result[] theirs) => QualityRow.Of(
        problem, theirs[0].Counterpart, [.. theirs.Select((_, seed) => Ours(problem, seed))], [.. theirs.Select(result => result.Score)]);
}
