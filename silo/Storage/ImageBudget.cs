namespace Graincast.Storage;

/// <summary>
/// Keeps the images of a node within <see cref="ImageBudgetOptions"/>: those used longest ago go, but none that a backend has mapped, and none that no catalog row
/// names, since of a training that is not committed yet the silo has the only copy. What is asked for again comes back from the catalog.
/// </summary>
public sealed partial class ImageBudget(ImageStore store, Catalog catalog, ImageBudgetOptions options, TimeProvider time, ILogger<ImageBudget> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Evicts what is over the budget; returns how many images went.</summary>
    public async Task<int> EvictAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(string Sha256, long SizeBytes)> images = store.ByUse();
        long excessBytes = images.Sum(image => image.SizeBytes) - options.SizeBytes;
        if (excessBytes <= 0)
        {
            return 0;
        }

        int evicted = 0;
        IReadOnlyList<string> databases = await catalog.DatabasesAsync(cancellationToken);
        foreach ((string sha256, long sizeBytes) in images)
        {
            if (excessBytes > 0 && await catalog.NamesAsync(databases, sha256, cancellationToken) && store.TryEvict(sha256))
            {
                excessBytes -= sizeBytes;
                evicted++;
            }
        }

        return evicted;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                if (await EvictAsync(stoppingToken) is > 0 and int count)
                {
                    LogEvicted(logger, count, options.SizeBytes);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Without the catalog nobody knows what may go: try again in a minute. Nothing here is worth the silo's life.
                LogEvictionFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(4003, LogLevel.Information, "Evicted {Count} images to keep all within {SizeBytes} bytes")]
    private static partial void LogEvicted(ILogger logger, int count, long sizeBytes);

    [LoggerMessage(4004, LogLevel.Warning, "Could not evict images")]
    private static partial void LogEvictionFailed(ILogger logger, Exception exception);
}

/// <summary>How much room the images of a node may take.</summary>
public sealed record ImageBudgetOptions(long SizeBytes);
