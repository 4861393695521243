using System.Runtime.CompilerServices;
using Graincast.Placement;
using Graincast.Telemetry;
using Graincast.Training;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Graincast.Supervision;

/// <inheritdoc cref="ISupervisorGrain"/>
[GrainType("supervisor")]
public sealed partial class SupervisorGrain(
    [PersistentState("run", SupervisorGrain.Storage)] IPersistentState<RunState> state,
    ILogger<SupervisorGrain> logger) : Grain, ISupervisorGrain, IRemindable
{
    /// <summary>The name of the grain storage.</summary>
    public const string Storage = "graincast";

    private const string CleanUp = "clean-up";

    // Reminders have a floor of a minute; a training that is under way keeps its grain active, so only runs whose silo died are met by one.
    private static readonly TimeSpan CleanUpPeriod = TimeSpan.FromMinutes(1);

    private bool _isMine;
    private bool _isOver;

    /// <inheritdoc/>
    public async Task<RunStart> BeginAsync(TrainingSpec spec, string callerNode)
    {
        using var activity = GraincastActivity.Source.StartActivity("begin");
        activity?.SetTag("graincast.project", spec.Project);
        TrainingPlan plan = TrainingPlan.Create(spec);
        state.State.Nodes = [callerNode];
        await state.WriteStateAsync();
        await this.RegisterOrUpdateReminder(CleanUp, CleanUpPeriod, CleanUpPeriod);
        _isMine = true;
        await Trainer(callerNode).BeginAsync(spec, plan.Seed);
        return new RunStart(plan.Seed, plan.Notices);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingStep> FitAsync(long rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string node = state.State.Nodes is [var first, ..] ? first : throw new GraincastException(
            SqlState.UndefinedObject,
            $"no training run {this.GetPrimaryKeyString()} is under way",
            "Call pgml.train again; the silo may have been restarted meanwhile.");
        try
        {
            await foreach (TrainingStep step in Trainer(node).FitAsync(rows, cancellationToken))
            {
                yield return step;
            }
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <inheritdoc/>
    public async Task CancelAsync()
    {
        // If this fails, the reminder tries it again.
        _isMine = false;
        foreach (string node in state.State.Nodes)
        {
            await Trainer(node).CancelAsync();
        }

        await EndAsync();
        // Not at the end of FitAsync: a deactivated grain could not tell the enumerating gateway how it ended.
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (_isMine)
        {
            return;
        }

        LogCleanedUp(logger, this.GetPrimaryKeyString());
        await CancelAsync();
    }

    private async Task EndAsync()
    {
        // A cancel comes between two steps of FitAsync, whose end then comes here too.
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        try
        {
            await state.ClearStateAsync();
            if (await this.GetReminder(CleanUp) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }
        }
        catch
        {
            // Postgres is away: the reminder, which is still there, comes here again.
            (_isOver, _isMine) = (false, false);
            throw;
        }
    }

    private ITrainerGrain Trainer(string node) => GrainFactory.GetGrain<ITrainerGrain>(new NodeKey(node, this.GetPrimaryKeyString()).ToString());
}
