using System.Collections.Concurrent;
using Graincast.Tests.Training;

namespace Graincast.Tests.Quality;

/// <summary>Trains everything on every set with five seeds, ours and scikit-learn's, on the same splits. Made once for all tests.</summary>
public sealed class Comparison
{
    /// <summary>Seeds 0 … 4.</summary>
    public const int Seeds = 5;

    private readonly ConcurrentDictionary<string, (double Ours, double Theirs)> _means = [];

    public Comparison()
    {
        if (!ScikitLearn.IsInstalled)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("graincast-quality-");
        try
        {
            var jobs = new List<object>();
            var ours = new Dictionary<string, double>();
            foreach (var problem in Problem.All)
            {
                for (var seed = 0; seed < Seeds; seed++)
                {
                    var name = $"{problem.Name}-{seed}".Replace('/', '-');
                    var trained = Trainer.Train(problem.Table, problem.Spec(seed));
                    ours.Add(name, trained.HasMetric(problem.KeyMetric) ? trained.Metric(problem.KeyMetric) : double.NaN);
                    var (train, test) = SplitExport.Write(problem.Table, problem.Spec(seed), folder.FullName, name);
                    jobs.Add(new { name, estimator = $"{problem.Task}/{problem.Algorithm}", train, test, seed, clusters = problem.Clusters });
                }
            }

            var theirs = ScikitLearn.Fit(folder.FullName, jobs);
            foreach (var problem in Problem.All)
            {
                var names = Enumerable.Range(0, Seeds).Select(seed => $"{problem.Name}-{seed}".Replace('/', '-')).ToList();
                _means[problem.Name] = (names.Average(name => ours[name]), names.Average(name => theirs[name]));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Mean key metrics over the seeds.</summary>
    public (double Ours, double Theirs) Of(string problem) => _means[problem];
}
