using System.Reflection;
using Graincast.Onnx;
using Graincast.Training;

namespace Graincast.Hosting;

/// <summary>How this program starts itself as a worker: it is the silo's own program, with another command.</summary>
public static class WorkerProgram
{
    /// <summary>Of a training.</summary>
    public static WorkerOptions Options(GraincastOptions options, string columnsDirectory)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WorkerOptions
        {
            FileName = Environment.ProcessPath!,
            Arguments = Arguments("train-worker"),
            ColumnsDirectory = columnsDirectory,
            MemoryBytes = options.WorkerMemoryBytes,
            Timeout = TimeSpan.FromMilliseconds(options.WorkerTimeoutMs),
        };
    }

    /// <summary>Of an ONNX model.</summary>
    public static ScorerOptions Scorers(GraincastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ScorerOptions
        {
            FileName = Environment.ProcessPath!,
            Arguments = Arguments("score-worker"),
            MemoryBytes = options.ScorerMemoryBytes,
            Timeout = TimeSpan.FromMilliseconds(options.ScorerTimeoutMs),
            IdleTime = TimeSpan.FromMilliseconds(options.ScorerIdleMs),
            MaxScorers = options.MaxScorers,
        };
    }

    private static string[] Arguments(string command) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location, command] : [command];
}
