using Orleans.Concurrency;

namespace Graincast.Supervision;

/// <summary>The runs that the backends of one node began. Key: <c>node/runs</c>.</summary>
[Alias("graincast.runs")]
public interface IRunsGrain : IGrainWithStringKey
{
    /// <summary>How far each one under way is, one line a node that takes part. A node that is silent keeps nobody else waiting.</summary>
    [Alias("list"), AlwaysInterleave]
    Task<IReadOnlyList<RunProgress>> ListAsync();
}

/// <summary>One node's part in a run that is under way.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Database">Where it was begun.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Node">Empty while no row has come anywhere.</param>
/// <param name="Phase">feeding, preparing, fitting, evaluating.</param>
/// <param name="Rows">Rows that came to the node.</param>
/// <param name="Iteration">Of the algorithm, where it has some; else 0.</param>
/// <param name="ElapsedMs">Since the run began.</param>
[GenerateSerializer, Immutable, Alias("graincast.run-progress")]
public sealed record RunProgress(
    [property: Id(0)] ulong Run,
    [property: Id(1)] string Database,
    [property: Id(2)] string Project,
    [property: Id(3)] string Node,
    [property: Id(4)] string Phase,
    [property: Id(5)] long Rows,
    [property: Id(6)] long Iteration,
    [property: Id(7)] long ElapsedMs);
