namespace Graincast.Onnx;

/// <summary>How the scorers of a node start, and their bounds.</summary>
public sealed record ScorerOptions
{
    /// <summary>The program to execute.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Resident size above which a scorer is killed.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Time of one question, after which a scorer is killed.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Time without a question after which a scorer is ended.</summary>
    public required TimeSpan IdleTime { get; init; }

    /// <summary>Scorers of models that may be up at once.</summary>
    public required int MaxScorers { get; init; }
}
