namespace Graincast.Models;

/// <summary>An answer, bit-equal to what SQL gives for the same row.</summary>
[GenerateSerializer, Immutable, Alias("graincast.prediction")]
public sealed record Prediction
{
    /// <summary>The value; of a classification the label's number (its index when labels are texts), of a clustering the cluster's index.</summary>
    [Id(0)] public required float Value { get; init; }

    /// <summary>The label of a classification.</summary>
    [Id(1)] public string? Label { get; init; }

    /// <summary>A classification's probabilities, in the order of <see cref="Labels"/>; else empty.</summary>
    [Id(2)] public float[] Probabilities { get; init; } = [];

    /// <summary>A classification's labels; else empty.</summary>
    [Id(3)] public string[] Labels { get; init; } = [];

    /// <summary>The model that answered: its id in <c>pgml.models</c>.</summary>
    [Id(4)] public required long Model { get; init; }

    /// <summary>The deployment that made it answer: <c>pgml.deployments.seq</c>, which grows.</summary>
    [Id(5)] public required long Deployment { get; init; }

    /// <summary>The node that answered.</summary>
    [Id(6)] public required string Node { get; init; }
}

/// <summary>Answers of one model for several rows.</summary>
[GenerateSerializer, Immutable, Alias("graincast.prediction-batch")]
public sealed record PredictionBatch
{
    /// <summary>One a row.</summary>
    [Id(0)] public required float[] Values { get; init; }

    /// <inheritdoc cref="Prediction.Model"/>
    [Id(1)] public required long Model { get; init; }

    /// <inheritdoc cref="Prediction.Deployment"/>
    [Id(2)] public required long Deployment { get; init; }

    /// <inheritdoc cref="Prediction.Node"/>
    [Id(3)] public required string Node { get; init; }
}
