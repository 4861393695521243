using System.Diagnostics;
using System.Text.Json;

namespace Graincast.Tests.Quality;

/// <summary>Debian's scikit-learn, for comparison.</summary>
internal static class ScikitLearn
{
    private const string Python = "/usr/bin/python3";

    public const string Missing = "scikit-learn is missing: apt-get install python3-sklearn";

    public static bool IsInstalled { get; } = File.Exists(Python) && Run("-c", "import sklearn").ExitCode == 0;

    /// <summary>Fits every job; name → key metric.</summary>
    public static Dictionary<string, double> Fit(string folder, IEnumerable<object> jobs)
    {
        var path = Path.Combine(folder, "jobs.json");
        File.WriteAllText(path, JsonSerializer.Serialize(jobs));
        var (exitCode, output, error) = Run(Path.Combine(AppContext.BaseDirectory, "reference.py"), path);
        return exitCode == 0 ? JsonSerializer.Deserialize<Dictionary<string, double>>(output)! : throw new InvalidOperationException(error);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // More threads than free cores took several times as long.
            Environment = { ["OMP_NUM_THREADS"] = "1" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
