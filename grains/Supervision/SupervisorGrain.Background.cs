using Graincast.Training;

namespace Graincast.Supervision;

/// <summary>Runs that nobody waits for, and their end by somebody else.</summary>
public sealed partial class SupervisorGrain
{
    private bool _isStarted;
    private bool _isEnded;
    private TrainingResult? _result;
    private GraincastException? _failure;

    /// <inheritdoc/>
    public Task StartAsync(string database, long rows)
    {
        _isStarted = true;
        registry.AddBackground(this.GetPrimaryKeyString(), FitAloneAsync(database, rows));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<TrainingResult> CollectAsync()
    {
        if (_result is not null)
        {
            return Task.FromResult(_result);
        }

        bool isUnderWay = _isStarted || (_plan is not null && !_isOver);
        return Task.FromException<TrainingResult>(_failure ?? (isUnderWay ? UnderWay() : _isEnded ? Ended() : Lost()));
    }

    /// <inheritdoc/>
    public Task<RunOwner?> OwnerAsync() => Task.FromResult(_plan is { } plan && !_isOver ? new RunOwner(plan.Spec.Database, plan.Spec.Role) : null);

    /// <inheritdoc/>
    public async Task<bool> EndAsync()
    {
        if (_plan is null || _isOver)
        {
            return false;
        }

        _isEnded = true;
        End("cancelled");
        await Task.WhenAll(_silos.Keys.Select(CancelAtAsync));
        return true;
    }

    private async Task FitAloneAsync(string database, long rows)
    {
        try
        {
            await foreach (TrainingStep step in FitAsync(rows, registry.Stopping))
            {
                _result = step.Result ?? _result;
            }
        }
        catch (Exception exception)
        {
            _failure = _isEnded ? Ended() : registry.Stopping.IsCancellationRequested ? Stopped() : exception as GraincastException
                ?? new GraincastException(SqlState.ConnectionLost, $"training run {this.GetPrimaryKeyString()} failed: {exception.Message}", "Nothing was written. Train again.");
        }

        // What it has is nowhere else until it is published.
        DelayDeactivation(RunLimit);
        try
        {
            if (await publisher.PublishAsync(database, this.GetPrimaryKeyString()))
            {
                DeactivateOnIdle();
            }
        }
        catch (Exception exception)
        {
            // Whoever looks for lost runs finds it.
            LogNotPublished(logger, this.GetPrimaryKeyString(), exception.Message);
        }
    }

    private GraincastException UnderWay() => new(SqlState.ObjectInUse, $"training run {this.GetPrimaryKeyString()} is under way", "pgml.runs tells when it is over.");

    private GraincastException Ended() => new(SqlState.QueryCanceled, $"training run {this.GetPrimaryKeyString()} was cancelled", "It was ended by pgml.cancel. Nothing was written.");

    private GraincastException Stopped() => new(
        SqlState.AdminShutdown, $"training run {this.GetPrimaryKeyString()} was ended because the silo at node {nodes.Own} was stopped", "Nothing was written. Start it again when the silo is back.");

    private GraincastException Lost() => new(SqlState.ConnectionLost, $"training run {this.GetPrimaryKeyString()} was lost with its silo", "Nothing was written. Train again.");
}
