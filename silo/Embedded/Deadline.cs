using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Graincast.Embedded;

/// <summary>Waits for a condition that has a name, never for a time.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks <paramref name="condition"/> until it holds; false when <paramref name="timeout"/> has passed.</summary>
    public static async Task<bool> WaitAsync(Func<bool> condition, TimeSpan timeout, CancellationToken cancellation)
    {
        var pipeline = new ResiliencePipelineBuilder<bool>()
            .AddTimeout(timeout)
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = new PredicateBuilder<bool>().HandleResult(false),
                MaxRetryAttempts = int.MaxValue,
                Delay = Interval,
            })
            .Build();
        try
        {
            return await pipeline.ExecuteAsync(_ => ValueTask.FromResult(condition()), cancellation);
        }
        catch (TimeoutRejectedException)
        {
            return false;
        }
    }
}
