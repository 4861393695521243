namespace Graincast.Training;

/// <summary>What <c>pgml.train</c> was asked for, as the backend resolved it. JSON texts are the caller's, not yet checked.</summary>
[GenerateSerializer, Immutable, Alias("graincast.training-spec")]
public sealed record TrainingSpec
{
    /// <summary>The run's random id.</summary>
    [Id(0)] public required ulong Run { get; init; }

    /// <summary>The database of the caller.</summary>
    [Id(1)] public required string Database { get; init; }

    /// <summary>The SQL role of the caller: the owner of the run.</summary>
    [Id(2)] public required string Role { get; init; }

    /// <summary>The project's name.</summary>
    [Id(3)] public required string Project { get; init; }

    /// <summary>regression, classification, clustering or decomposition.</summary>
    [Id(4)] public required string Task { get; init; }

    /// <summary>A label of <c>pgml.algorithm</c>.</summary>
    [Id(5)] public required string Algorithm { get; init; }

    /// <summary>JSON object: hyperparameter → value.</summary>
    [Id(6)] public string Hyperparams { get; init; } = "{}";

    /// <summary>grid, random, or empty for none.</summary>
    [Id(7)] public string Search { get; init; } = "";

    /// <summary>JSON object of the search's candidates.</summary>
    [Id(8)] public string SearchParams { get; init; } = "{}";

    /// <summary>JSON object of the search's settings.</summary>
    [Id(9)] public string SearchArgs { get; init; } = "{}";

    /// <summary>JSON object: column → encode, impute, scale.</summary>
    [Id(10)] public string Preprocess { get; init; } = "{}";

    /// <summary>random, last or stratified.</summary>
    [Id(11)] public required string Sampling { get; init; }

    /// <summary>Rows if over 1, else the fraction of the rows that is held out.</summary>
    [Id(12)] public required float TestSize { get; init; }

    /// <summary>The columns of a fed row, in order.</summary>
    [Id(13)] public required IReadOnlyList<ColumnSpec> Columns { get; init; }

    /// <summary>The training's span, as W3C's traceparent; empty when nobody traces it.</summary>
    [Id(14)] public string TraceParent { get; init; } = "";
}
