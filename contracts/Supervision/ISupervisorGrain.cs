using Graincast.Training;
using Orleans.Concurrency;

namespace Graincast.Supervision;

/// <summary>Coordinates one run over all nodes, from the silo whose backend began it. Key: the run's id.</summary>
[Alias("graincast.supervisor")]
public interface ISupervisorGrain : IGrainWithStringKey
{
    /// <summary>Checks what was asked for. 22023 and 0A000 name the argument that cannot be used.</summary>
    [Alias("begin")]
    Task<RunStart> BeginAsync(TrainingSpec spec);

    /// <summary>
    /// Trains on the rows that were fed; <paramref name="rows"/> is what the caller's statement read, another number at the trainers is an error.
    /// Yields progress, then the result. Cancelling ends the training. 08006 names the node that was lost.
    /// </summary>
    [Alias("fit")]
    IAsyncEnumerable<TrainingStep> FitAsync(long rows, CancellationToken cancellationToken);

    /// <summary>Fails when the run can come to no good end: 08006 names the node whose silo was lost, 42704 says that there is no such run.</summary>
    [Alias("check"), AlwaysInterleave]
    Task CheckAsync();

    /// <summary>How far every node is; nothing when the run is over.</summary>
    [Alias("progress"), AlwaysInterleave]
    Task<IReadOnlyList<RunProgress>> ProgressAsync();

    /// <summary>
    /// As <see cref="FitAsync"/>, with nobody waiting: returns at once. What comes of it is kept until it is written to the catalog of <paramref name="database"/>,
    /// also where the run is not under way any more.
    /// </summary>
    [Alias("start")]
    Task StartAsync(string database, long rows);

    /// <summary>The result of a started run. Throws what it failed with; 55006 while it is under way, 08006 when nobody knows it any more.</summary>
    [Alias("collect"), AlwaysInterleave]
    Task<TrainingResult> CollectAsync();

    /// <summary>Whose run it is; null when it is not under way.</summary>
    [Alias("owner"), AlwaysInterleave]
    Task<RunOwner?> OwnerAsync();

    /// <summary>Ends the run in any phase: whoever waits for it is told 57014, and so is whoever feeds it. False when it was not under way.</summary>
    [Alias("end"), AlwaysInterleave]
    Task<bool> EndAsync();

    /// <summary>Forgets the run, its rows and its workers, in any phase. A run that is over or unknown is no error.</summary>
    [Alias("cancel")]
    Task CancelAsync();
}

/// <summary>What a run starts with.</summary>
[GenerateSerializer, Immutable, Alias("graincast.run-start")]
public sealed record RunStart(
    [property: Id(0)] long Seed,
    [property: Id(1)] IReadOnlyList<string> Notices);

/// <summary>Whose a run is.</summary>
[GenerateSerializer, Immutable, Alias("graincast.run-owner")]
public sealed record RunOwner(
    [property: Id(0)] string Database,
    [property: Id(1)] string Role);
