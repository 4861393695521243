using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Learns from the training part.</summary>
internal interface ITrainer
{
    /// <exception cref="GraincastException">The data or a setting cannot be learnt from.</exception>
    Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress);
}

/// <summary>
/// What a trainer learnt, as the image will say it, and the trainer's own way to score, against which the image is checked.
/// </summary>
/// <param name="Learner">For the image.</param>
/// <param name="Link">For the image.</param>
/// <param name="Outputs">Raw scores a row.</param>
/// <param name="Native">The trainer's own scores.</param>
internal sealed record Fitted(Learner Learner, Link Link, int Outputs, INativeModel Native) : IDisposable
{
    /// <summary>Metrics that only the fit knows.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>How much each feature weighs, in a measure of the trainer's own: gains of splits, |weight| · deviation. Empty = it has none.</summary>
    public double[] Importance { get; init; } = [];

    public void Dispose() => (Native as IDisposable)?.Dispose();
}

/// <summary>A fitted model in the trainer's own form.</summary>
internal interface INativeModel
{
    /// <summary>Raw scores as the image defines them.</summary>
    /// <param name="features">rows × features, row-major.</param>
    /// <param name="rows">Rows in <paramref name="features"/>.</param>
    /// <param name="scores">rows × outputs.</param>
    /// <param name="allowed">For each score the absolute difference that rounding explains.</param>
    void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed);
}
