using System.Reflection;
using Graincast.Training;

namespace Graincast.Hosting;

/// <summary>How this program starts itself as a training's worker.</summary>
public static class WorkerProgram
{
    /// <summary>The worker is the silo's own program, with another command.</summary>
    public static WorkerOptions Options(GraincastOptions options, string columnsDirectory)
    {
        ArgumentNullException.ThrowIfNull(options);
        string program = Environment.ProcessPath!;
        string assembly = Assembly.GetEntryAssembly()!.Location;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new WorkerOptions
        {
            FileName = program,
            Arguments = isHost ? [assembly, "train-worker"] : ["train-worker"],
            ColumnsDirectory = columnsDirectory,
            MemoryBytes = options.WorkerMemoryBytes,
            Timeout = TimeSpan.FromMilliseconds(options.WorkerTimeoutMs),
        };
    }
}
