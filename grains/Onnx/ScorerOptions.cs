using Graincast.Workers;

namespace Graincast.Onnx;

/// <summary>Of the scorers of a node: a task is a question.</summary>
public sealed record ScorerOptions : ChildOptions
{
    /// <summary>Time without a question after which a scorer is ended.</summary>
    public required TimeSpan IdleTime { get; init; }

    /// <summary>Scorers of models that may be up at once.</summary>
    public required int MaxScorers { get; init; }
}
