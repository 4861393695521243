namespace Graincast.Storage;

/// <summary>Unlinks images that no catalog row names, a day after they were stored: those of trainings that were rolled back, and of dropped projects.</summary>
public sealed partial class ImageSweeper(ImageStore store, Catalog catalog, TimeProvider time, ILogger<ImageSweeper> logger) : BackgroundService
{
    /// <summary>The age from which an image must be named by a row. A run never lives as long.</summary>
    public static readonly TimeSpan MinAge = TimeSpan.FromHours(24);

    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>Sweeps once; returns how many images went.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        store.RemoveUnfinished(MinAge);
        IReadOnlyList<string> old = store.OlderThan(MinAge);
        if (old.Count == 0)
        {
            return 0;
        }

        int swept = 0;
        IReadOnlyList<string> databases = await catalog.DatabasesAsync(cancellationToken);
        foreach (string sha256 in old)
        {
            if (!await catalog.NamesAsync(databases, sha256, cancellationToken))
            {
                store.Remove(sha256);
                swept++;
            }
        }

        return swept;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        // At once, too: a silo may never run for a whole period.
        do
        {
            try
            {
                LogSwept(logger, await SweepAsync(stoppingToken));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Without the catalog nobody knows what may go: leave all, try again in an hour. Nothing here is worth the silo's life.
                LogSweepFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
