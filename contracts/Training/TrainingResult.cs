namespace Graincast.Training;

/// <summary>What a finished training gives back. The image itself is in the node's store under its hash.</summary>
[GenerateSerializer, Immutable, Alias("graincast.training-result")]
public sealed record TrainingResult
{
    /// <summary>32 bytes: the image's name.</summary>
    [Id(0)] public required byte[] ImageSha256 { get; init; }

    /// <summary>The image's size.</summary>
    [Id(1)] public required long ImageBytes { get; init; }

    /// <summary>Numbers that a caller of predict passes for a row, arrays flattened.</summary>
    [Id(2)] public required int Features { get; init; }

    /// <summary>Rows that were fed, training and test part together.</summary>
    [Id(3)] public required long Rows { get; init; }

    /// <summary>JSON object: every hyperparameter with the value that was used.</summary>
    [Id(4)] public required string Hyperparams { get; init; }

    /// <summary>JSON object: metric → value.</summary>
    [Id(5)] public required string Metrics { get; init; }

    /// <summary>Nodes that held rows.</summary>
    [Id(6)] public int Nodes { get; init; } = 1;

    /// <summary>Bytes that nodes sent each other to train together.</summary>
    [Id(7)] public long ExchangedBytes { get; init; }
}

/// <summary>One step of a training: a line of progress, or, last, the result.</summary>
[GenerateSerializer, Immutable, Alias("graincast.training-step")]
public sealed record TrainingStep(
    [property: Id(0)] string Text,
    [property: Id(1)] TrainingResult? Result);
