using Graincast.Placement;

namespace Graincast.Supervision;

/// <inheritdoc cref="IRunsGrain"/>
[ShardLocal, GrainType("runs")]
public sealed class RunsGrain(RunRegistry registry) : Grain, IRunsGrain
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunProgress>> ListAsync()
    {
        IReadOnlyList<RunProgress>[] runs = await Task.WhenAll(registry.Runs.Select(run => GrainFactory.GetGrain<ISupervisorGrain>(run).ProgressAsync()));
        return [.. runs.SelectMany(run => run)];
    }
}
