namespace Graincast.Projects;

/// <summary>What a training tells: a line of progress, or, last, the model.</summary>
[GenerateSerializer, Immutable, Alias("graincast.training-update")]
public sealed record TrainingUpdate(
    [property: Id(0)] string Text,
    [property: Id(1)] TrainedModel? Model);

/// <summary>A model that was trained and committed.</summary>
/// <param name="Id">Of <c>pgml.models</c>.</param>
/// <param name="Algorithm">One of <c>pgml.algorithm</c>.</param>
/// <param name="IsDeployed">Whether it answers for its project now.</param>
/// <param name="Metrics">JSON object: metric → value.</param>
[GenerateSerializer, Immutable, Alias("graincast.trained-model")]
public sealed record TrainedModel(
    [property: Id(0)] long Id,
    [property: Id(1)] string Algorithm,
    [property: Id(2)] bool IsDeployed,
    [property: Id(3)] string Metrics);
