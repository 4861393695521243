using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graincast.Tests.Quality;

/// <summary>Debian's scikit-learn and xgboost, for comparison.</summary>
internal static class Reference
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Fits every job of reference.py, by name.</summary>
    public static Dictionary<string, Result> Fit(string folder, IEnumerable<object> jobs)
    {
        var path = Path.Combine(folder, "jobs.json");
        File.WriteAllText(path, JsonSerializer.Serialize(jobs));
        using var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "reference.py"), path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // More threads than free cores took several times as long.
            Environment = { ["OMP_NUM_THREADS"] = "1" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, Result>>(output)!
            : throw new InvalidOperationException($"reference.py needs python3-sklearn and python3-xgboost (.ci/deps quality): {error.Result}");
    }

    /// <param name="Score">The key metric.</param>
    /// <param name="Counterpart">Library, version, estimator, settings.</param>
    internal sealed record Result([property: JsonPropertyName("score")] double Score, [property: JsonPropertyName("counterpart")] string Counterpart);
}
