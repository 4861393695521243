namespace Graincast.Projects;

/// <summary>
/// Features of one row: by position when <see cref="Names"/> is null, else by name. A position whose text is not null is a text, every other one a number; NaN is a NULL.
/// </summary>
[GenerateSerializer, Immutable, Alias("graincast.feature-row")]
public sealed record FeatureRow
{
    /// <summary>One number a feature; arrays flattened.</summary>
    [Id(0)] public required float[] Numbers { get; init; }

    /// <summary>As long as <see cref="Numbers"/>; null when there is no text among the features.</summary>
    [Id(1)] public string?[]? Texts { get; init; }

    /// <summary>As long as <see cref="Numbers"/>; null = in the order of the model's columns.</summary>
    [Id(2)] public string[]? Names { get; init; }
}
