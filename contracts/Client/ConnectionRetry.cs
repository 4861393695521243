using Microsoft.Extensions.Options;

namespace Graincast.Client;

/// <summary>Lets the start wait for a first silo, and ends it with an error of ours.</summary>
internal sealed class ConnectionRetry(IOptions<GraincastClientOptions> options, TimeProvider time) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private long? _started;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        _started ??= time.GetTimestamp();
        // Waiting mends neither a wrong password nor a database without Graincast.
        if (exception is GraincastException { SqlState: not SqlState.ConnectionFailure })
        {
            return false;
        }

        TimeSpan limit = options.Value.ConnectTimeout;
        if (limit != Timeout.InfiniteTimeSpan && time.GetElapsedTime(_started.Value) >= limit)
        {
            throw exception as GraincastException ?? CallErrors.Unreachable(options.Value, exception);
        }

        await Task.Delay(Period, time, cancellationToken);
        return true;
    }
}
