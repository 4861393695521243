namespace Graincast.Training;

/// <summary>How a trainer starts and bounds its child process.</summary>
public sealed record WorkerOptions
{
    /// <summary>The program to execute.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments, before the job's path.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Where runs keep their rows; one folder a run, deleted when it is over.</summary>
    public required string ColumnsDirectory { get; init; }

    /// <summary>Resident size above which the child is killed.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Time after which the child is killed.</summary>
    public required TimeSpan Timeout { get; init; }
}
