namespace Graincast.Workers;

/// <summary>How a child process starts, and its bounds.</summary>
public abstract record ChildOptions
{
    /// <summary>The program to execute.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Resident size above which it is killed.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Time of one task, after which it is killed.</summary>
    public required TimeSpan Timeout { get; init; }
}
