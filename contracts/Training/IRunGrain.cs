using Orleans.Concurrency;

namespace Graincast.Training;

/// <summary>A run as its trainers know it; the supervisor of the run answers. Key: the run's id.</summary>
[Alias("graincast.run")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes a node into the run: its trainer calls this when the first row arrives there, and names its silo, whose end is the run's.
    /// 42704 when the run was never begun or is over.
    /// </summary>
    [Alias("join")]
    Task<RunTicket> JoinAsync(string node, string silo);

    /// <summary>Whether the run is still under way. False from a supervisor that does not know it: the one that began it died.</summary>
    [Alias("is-under-way"), AlwaysInterleave]
    Task<bool> IsUnderWayAsync();
}

/// <summary>What a trainer needs to know of a run.</summary>
[GenerateSerializer, Immutable, Alias("graincast.run-ticket")]
public sealed record RunTicket(
    [property: Id(0)] TrainingSpec Spec,
    [property: Id(1)] long Seed);
