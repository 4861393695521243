using System.Runtime.CompilerServices;
using Graincast.Placement;
using Graincast.Telemetry;
using Graincast.Training;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Runtime;

namespace Graincast.Supervision;

/// <inheritdoc cref="ISupervisorGrain"/>
/// <remarks>Beside the caller's backend: the run then dies with that silo, which the backend notices by itself. Kept after the run as a trainer is.</remarks>
[PreferLocalPlacement, GrainType("supervisor"), CollectionAgeLimit(Minutes = 2)]
public sealed partial class SupervisorGrain(
    RunRegistry registry,
    IRunPublisher publisher,
    INodes nodes,
    TimeProvider time,
    ILogger<SupervisorGrain> logger) : Grain, ISupervisorGrain, IRunGrain
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromDays(1);

    // By node, in the same order whoever joined first.
    private readonly SortedDictionary<string, string> _silos = new(StringComparer.Ordinal);
    private TrainingPlan? _plan;
    private bool _isOver;
    private long _began;

    /// <inheritdoc/>
    public Task<RunStart> BeginAsync(TrainingSpec spec)
    {
        using var activity = GraincastActivity.Source.StartActivity(GraincastActivity.Begin);
        TrainingPlan plan = activity.Trace(() => TrainingPlan.Create(spec));
        // A slow query may bring its first row long after Orleans would collect an idle grain.
        DelayDeactivation(RunLimit);
        _plan = plan;
        _began = time.GetTimestamp();
        registry.Add(this.GetPrimaryKeyString());
        return Task.FromResult(new RunStart(plan.Seed, plan.Notices));
    }

    /// <inheritdoc/>
    public Task<RunTicket> JoinAsync(string node, string silo)
    {
        TrainingPlan plan = Plan();
        // The first one that joined: what was fed to it is gone when another comes in its place.
        _silos.TryAdd(node, silo);
        return Task.FromResult(new RunTicket(plan.Spec, plan.Seed));
    }

    /// <inheritdoc/>
    public Task<bool> IsUnderWayAsync() => Task.FromResult(_plan is not null && !_isOver);

    /// <inheritdoc/>
    public Task CheckAsync()
    {
        Plan();
        return _silos.Where(joined => nodes.IsLost(joined.Value)).Select(joined => joined.Key).FirstOrDefault() is { } lost
            ? throw NodeLost.Error(lost)
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingStep> FitAsync(long rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TrainingPlan plan = Plan();
        try
        {
            await CheckAsync();
            string[] joined = [.. _silos.Keys];
            FedRows[] counts = await Parts.CallAsync(joined, node => Trainer(node).CountAsync());
            FedRowsCheck.Run(plan, rows, counts);
            (string[] parts, FedRows[] fed) = WithRows(joined, counts);
            int fedNodes = parts.Length;
            long gatheredBytes = 0;
            if (plan.IsGathered && parts.Length > 1)
            {
                yield return new TrainingStep(Gathering.Notice(plan.Spec.Algorithm, parts, fed), null);
                string target = Gathering.Target(parts, fed);
                gatheredBytes = Gathering.Bytes(parts, fed);
                await Parts.CallAsync(parts.Where(node => node != target), node => Trainer(node).MoveRowsAsync(target));
                parts = [target];
            }

            TrainingResult? result = null;
            long exchangedBytes = 0;
            await foreach ((int rank, TrainingStep step) in Parts.MergeAsync(
                parts, (rank, token) => Trainer(parts[rank]).FitAsync(new FitPart(rank, parts, rows), token), cancellationToken))
            {
                // All parts do the same; one of them tells.
                if (rank == 0 && step.Result is null)
                {
                    yield return step;
                }

                exchangedBytes += step.Result?.ExchangedBytes ?? 0;
                result = rank == 0 ? step.Result : result;
            }

            // Only when all parts have come to their end: every node has the image then, and no rows. From here on nobody can end the run any more.
            Plan();
            End("successful");
            GraincastMeter.ExchangedBytes.Add(exchangedBytes + gatheredBytes);
            yield return new TrainingStep("", RunMetrics.WithNodes(result!, fedNodes, exchangedBytes + gatheredBytes));
        }
        finally
        {
            End("failed");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunProgress>> ProgressAsync()
    {
        if (_plan is not { } plan || _isOver)
        {
            return [];
        }

        RunProgress Of(string node, PartProgress part) => new(
            plan.Spec.Run, plan.Spec.Database, plan.Spec.Project, node, part.Phase, part.Rows, part.Iteration, (long)time.GetElapsedTime(_began).TotalMilliseconds);
        string[] joined = [.. _silos.Keys];
        PartProgress[] parts = await Parts.CallAsync(joined, node => Trainer(node).ProgressAsync());
        return joined.Length == 0 ? [Of("", new PartProgress("feeding", 0, 0))] : [.. joined.Zip(parts, Of)];
    }

    /// <inheritdoc/>
    public async Task CancelAsync()
    {
        End("cancelled");
        await Task.WhenAll(_silos.Keys.Select(CancelAtAsync));
        // Not at the end of FitAsync: a deactivated grain could not tell the enumerating gateway how it ended.
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        registry.Remove(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    private static (string[] Nodes, FedRows[] Fed) WithRows(string[] nodes, FedRows[] fed)
    {
        (string Node, FedRows Fed)[] some = [.. nodes.Zip(fed).Where(part => part.Second.Rows > 0)];
        return ([.. some.Select(part => part.Node)], [.. some.Select(part => part.Fed)]);
    }

    // A cancel comes between two steps of FitAsync, whose end then comes here too: what was first counts.
    private void End(string outcome)
    {
        if (_plan is not null && !_isOver)
        {
            GraincastMeter.TrainingDuration.Record(time.GetElapsedTime(_began).TotalSeconds, new KeyValuePair<string, object?>("graincast.training.outcome", outcome));
        }

        _isOver = true;
        registry.Remove(this.GetPrimaryKeyString());
        DelayDeactivation(TimeSpan.Zero);
    }

    private async Task CancelAtAsync(string node)
    {
        try
        {
            await Trainer(node).CancelAsync();
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception))
        {
            // The others must not wait for it. A silo that died keeps nothing; one that comes to learns here each second that the run is over.
            LogNotCancelled(logger, this.GetPrimaryKeyString(), node, exception.Message);
        }
    }

    private TrainingPlan Plan() => _plan is not null && !_isOver ? _plan : throw (_isEnded ? Ended() : new GraincastException(
        SqlState.UndefinedObject,
        $"no training run {this.GetPrimaryKeyString()} is under way",
        "Call pgml.train again; the silo may have been restarted meanwhile. pgml.feed is called by pgml.train only."));

    private ITrainerGrain Trainer(string node) => GrainFactory.GetGrain<ITrainerGrain>(new NodeKey(node, this.GetPrimaryKeyString()).ToString());
}
