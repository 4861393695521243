namespace Graincast.Projects;

/// <summary>The arguments of <c>pgml.train</c>; what is null has the default that SQL gives it.</summary>
[GenerateSerializer, Immutable, Alias("graincast.training-request")]
public sealed record TrainingRequest
{
    /// <summary>The table or view to learn from, read as the caller's role; that and the silo's role must be allowed to SELECT it. Null = that of the project's last training.</summary>
    [Id(0)] public string? Relation { get; init; }

    /// <summary>The column to predict; none for clustering and decomposition.</summary>
    [Id(1)] public string? Label { get; init; }

    /// <summary>regression, classification, clustering or decomposition; may be left out for a project that has been trained.</summary>
    [Id(2)] public string? Task { get; init; }

    /// <summary>One of <c>pgml.algorithm</c>, such as lightgbm.</summary>
    [Id(3)] public string? Algorithm { get; init; }

    /// <summary>A JSON object.</summary>
    [Id(4)] public string? Hyperparams { get; init; }

    /// <summary>A JSON object: how columns become numbers.</summary>
    [Id(5)] public string? Preprocess { get; init; }

    /// <summary>The share of rows that is held out, 0 … 1.</summary>
    [Id(6)] public float? TestSize { get; init; }

    /// <summary>random, last or stratified.</summary>
    [Id(7)] public string? TestSampling { get; init; }

    /// <summary>Whether a model that is better than the deployed one is deployed.</summary>
    [Id(8)] public bool? AutomaticDeploy { get; init; }

    /// <summary>grid or random: how hyperparameters are searched; none if null.</summary>
    [Id(9)] public string? Search { get; init; }

    /// <summary>A JSON object: hyperparameter → its candidates.</summary>
    [Id(10)] public string? SearchParams { get; init; }

    /// <summary>A JSON object: n_iter and cv of the search.</summary>
    [Id(11)] public string? SearchArgs { get; init; }

    /// <summary>0 … 2³¹−1: every random choice follows from it.</summary>
    [Id(12)] public long? Seed { get; init; }

    /// <summary>Columns that are no features.</summary>
    [Id(13)] public string[]? Exclude { get; init; }

    /// <summary>The column that says how often each row counts in learning, 0 or more; no feature.</summary>
    [Id(14)] public string? WeightColumn { get; init; }
}
