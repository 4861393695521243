using Graincast.Supervision;

namespace Graincast.Gateway;

/// <summary>
/// Ends trainings in the background when the silo stops: before the gateway does, which the sessions that write down what came of them ask.
/// </summary>
public sealed partial class RunDrain(RunRegistry runs, ILogger<RunDrain> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task ended = runs.EndBackgroundAsync();
        await ended.WaitAsync(TimeSpan.FromMilliseconds(Limits.RunDrainTimeoutMs), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            LogEndedInVain(logger, Limits.RunDrainTimeoutMs);
        }
    }

    [LoggerMessage(3007, LogLevel.Warning, "The ends of trainings in the background were not written within {LimitMs} ms; they will be when a silo is back")]
    private static partial void LogEndedInVain(ILogger logger, int limitMs);
}
