namespace Graincast.Models;

/// <summary>Which model answers for a project.</summary>
[GenerateSerializer, Immutable, Alias("graincast.deployment")]
public sealed record Deployment(
    [property: Id(0)] long Seq,
    [property: Id(1)] long Model,
    [property: Id(2)] string ImageSha256);
