using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>An algorithm as offered for one task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Name">A label of <c>pgml.algorithm</c>.</param>
/// <param name="Implementation">What does the work, for people.</param>
/// <param name="Table">Its settings.</param>
/// <param name="CreateTrainer">Makes the trainer; loads native libraries only when that is fitted.</param>
/// <param name="NonFinite">What it does with NaN and infinities.</param>
/// <param name="IsGathered">It has no distributed form: rows of several nodes are gathered at one.</param>
/// <param name="Notice">Said to the caller before training; null = nothing to say.</param>
internal sealed record AlgorithmEntry(
    ModelTask Task,
    string Name,
    string Implementation,
    HyperparameterTable Table,
    Func<ITrainer> CreateTrainer,
    NonFinite NonFinite = NonFinite.Refused,
    string? Notice = null,
    bool IsGathered = false);

/// <summary>What a learner does with NaN and infinite features.</summary>
internal enum NonFinite
{
    /// <summary>Cannot learn from them; its answers to them mean nothing.</summary>
    Refused,

    /// <summary>Cannot learn from them, and answers as the trainer would.</summary>
    OnlyScored,

    /// <summary>Learns from them and answers them.</summary>
    Learnt,
}
