using System.Text.Json;
using Graincast.Benchmarks.Recipes;
using Graincast.Servers;

namespace Graincast.Benchmarks.Training;

/// <summary>What a process of Python says that read a relation and fitted a model.</summary>
/// <param name="Seconds">From connecting to the model; neither the interpreter's start nor its imports.</param>
/// <param name="PeakMb">Of resident memory until then.</param>
/// <param name="R2">On the held-out rows.</param>
internal sealed record PythonFit(double Seconds, double PeakMb, double R2)
{
    private static readonly string Program = Path.Combine(Cli.Repository, "tests", "Benchmarks", "Training", "fit.py");

    /// <param name="database">For libpq.</param>
    /// <param name="relation">Features, then the label.</param>
    /// <param name="heldOut">As <paramref name="relation"/>.</param>
    /// <param name="method">As fit.py has it.</param>
    public static async Task<PythonFit> RunAsync(string database, string relation, string heldOut, params string[] method)
    {
        var environment = new Dictionary<string, string> { ["PYTHONPATH"] = Path.Combine(Recipe.Folder, "service"), ["PYTHONDONTWRITEBYTECODE"] = "1" };
        var result = await Cli.RunAsync(["/usr/bin/python3", Program, database, relation, heldOut, .. method], environment);
        return result.ExitCode == 0 ? JsonSerializer.Deserialize<PythonFit>(result.Output)! : throw new InvalidOperationException($"fit.py: {result}");
    }
}
