using System.Runtime.CompilerServices;
using System.Text.Json;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Telemetry;
using Microsoft.Extensions.Logging;

namespace Graincast.Training;

/// <inheritdoc cref="ITrainerGrain"/>
[ShardLocal, GrainType("trainer")]
public sealed partial class TrainerGrain(WorkerOptions options, IImageStore store, TimeProvider time, ILogger<TrainerGrain> logger)
    : Grain, ITrainerGrain, IDisposable
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromDays(1);

    private readonly Dictionary<Guid, FeedFile> _feeds = [];
    private readonly CancellationTokenSource _over = new();
    private TrainingSpec? _spec;
    private long _seed;
    private int _feedsSeen;

    private string Folder => Path.Combine(options.ColumnsDirectory, NodeKey.Parse(this.GetPrimaryKeyString()).Rest);

    /// <inheritdoc/>
    public Task BeginAsync(TrainingSpec spec, long seed)
    {
        Directory.CreateDirectory(Folder);
        // A slow query may bring its first row long after Orleans would collect an idle grain.
        DelayDeactivation(RunLimit);
        _spec = spec;
        _seed = seed;
        LogBegan(logger, spec.Run, spec.Project, spec.Algorithm);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AppendAsync(Guid feed, RowBlock block)
    {
        Spec();
        if (!_feeds.TryGetValue(feed, out FeedFile? file))
        {
            file = _feeds[feed] = new FeedFile(Path.Combine(Folder, $"{_feedsSeen++:D6}.rows"));
        }

        file.Append(block);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<long> EndFeedAsync(Guid feed, long rows)
    {
        Spec();
        _feeds.TryGetValue(feed, out FeedFile? file);
        long received = file?.Rows ?? 0;
        if (received != rows)
        {
            throw new GraincastException(SqlState.ConnectionLost, $"a feed ended with {rows} rows, but {received} arrived", "Train again.");
        }

        file?.End();
        return Task.FromResult(received);
    }

    /// <inheritdoc/>
    public Task AbortFeedAsync(Guid feed)
    {
        if (_feeds.Remove(feed, out FeedFile? file))
        {
            file.Dispose();
            File.Delete(file.Path);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingStep> FitAsync(long rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var activity = GraincastActivity.Source.StartActivity("fit");
        TrainingSpec spec = Spec();
        try
        {
            FeedFile[] feeds = [.. _feeds.Values.Where(feed => feed.IsEnded)];
            long received = feeds.Sum(feed => feed.Rows);
            if (received != rows)
            {
                throw new GraincastException(
                    SqlState.ConnectionLost,
                    $"the statement read {rows} rows, but {received} arrived at the trainer",
                    "Train again.");
            }

            activity?.SetTag("graincast.rows", rows);
            string jobPath = Path.Combine(Folder, "job.json");
            string imagePath = Path.Combine(Folder, "image");
            var job = new TrainingJob { Spec = spec, Seed = _seed, RowFiles = [.. feeds.Select(feed => feed.Path)], Rows = rows, ImagePath = imagePath };
            await File.WriteAllTextAsync(jobPath, JsonSerializer.Serialize(job, TrainingJson.Default.TrainingJob), cancellationToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
            using var worker = new WorkerProcess(options, time, logger);
            WorkerResult? result = null;
            await foreach (WorkerLine line in worker.RunAsync(jobPath, either.Token))
            {
                if (line.Progress is { } progress)
                {
                    yield return new TrainingStep(progress, null);
                }

                result = line.Result ?? result;
            }

            yield return new TrainingStep("", Publish(spec, result!, imagePath));
        }
        finally
        {
            // However it ended, no row stays on disk. But whoever enumerates may not have heard of the end yet, and a deactivated grain could not tell.
            Clear();
        }
    }

    /// <inheritdoc/>
    public Task CancelAsync()
    {
        Clear();
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();

    private void Clear()
    {
        _over.Cancel();
        foreach (FeedFile feed in _feeds.Values)
        {
            feed.Dispose();
        }

        _feeds.Clear();
        _spec = null;
        DelayDeactivation(TimeSpan.Zero);
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private TrainingResult Publish(TrainingSpec spec, WorkerResult result, string imagePath)
    {
        using var activity = GraincastActivity.Source.StartActivity("publish");
        using (FileStream image = File.OpenRead(imagePath))
        {
            store.Add(result.ImageSha256, image);
        }

        store.Claim(spec.Database, result.ImageSha256, spec.Role);
        LogPublished(logger, spec.Run, result.ImageSha256, result.ImageBytes);
        return new TrainingResult
        {
            ImageSha256 = Convert.FromHexString(result.ImageSha256),
            ImageBytes = result.ImageBytes,
            Features = result.Features,
            Rows = result.Rows,
            Hyperparams = result.Hyperparams.GetRawText(),
            Metrics = result.Metrics.GetRawText(),
        };
    }

    private TrainingSpec Spec() => _spec ?? throw new GraincastException(
        SqlState.UndefinedObject,
        $"no training run {NodeKey.Parse(this.GetPrimaryKeyString()).Rest} is under way at this node",
        "pgml.feed is called by pgml.train only; call pgml.train.");
}
