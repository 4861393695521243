using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graincast.Training;

/// <summary>
/// What a trainer hands to its child process, as a JSON file in the run's folder; row files hold the rows of <c>PROTOCOL.md</c>, one after the other.
/// </summary>
public sealed record TrainingJob
{
    /// <summary>What was asked for.</summary>
    public required TrainingSpec Spec { get; init; }

    /// <summary>The seed that every random choice of this run derives from.</summary>
    public required long Seed { get; init; }

    /// <summary>Files of rows, in order of arrival.</summary>
    public required IReadOnlyList<string> RowFiles { get; init; }

    /// <summary>Rows in all files together; another number is an error.</summary>
    public required long Rows { get; init; }

    /// <summary>The place of this part among those that train together.</summary>
    public int Rank { get; init; }

    /// <summary>How many parts train together.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Where the worker writes the image.</summary>
    public required string ImagePath { get; init; }
}

/// <summary>What a worker tells, as JSON; exactly one member is set.</summary>
public sealed record WorkerLine
{
    /// <summary>What the worker does now.</summary>
    public WorkerProgress? Progress { get; init; }

    /// <summary>The last line of a good run.</summary>
    public WorkerResult? Result { get; init; }

    /// <summary>The last line of a failed one; the exit code is 1.</summary>
    public WorkerError? Error { get; init; }
}

/// <summary>A step of the worker.</summary>
/// <param name="Phase">preparing, fitting, evaluating.</param>
/// <param name="Iteration">Of the algorithm; 0 = it has none.</param>
/// <param name="Text">For people.</param>
public sealed record WorkerProgress(string Phase, long Iteration, string Text);

/// <summary>What was trained; the image is in the job's file.</summary>
public sealed record WorkerResult(string ImageSha256, long ImageBytes, int Features, long Rows, JsonElement Hyperparams, JsonElement Metrics);

/// <summary>An error with its SQLSTATE.</summary>
public sealed record WorkerError(string SqlState, string Message, string Detail, string Hint);

/// <summary>The JSON forms above, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainingJob))]
[JsonSerializable(typeof(WorkerLine))]
public sealed partial class TrainingJson : JsonSerializerContext;
