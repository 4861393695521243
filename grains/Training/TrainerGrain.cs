using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Telemetry;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Graincast.Training;

/// <inheritdoc cref="ITrainerGrain"/>
/// <remarks>Of one run: kept for whoever still hears how it ended, and no longer. Unless told, Orleans would keep those of a quarter of an hour.</remarks>
[ShardLocal, GrainType("trainer"), CollectionAgeLimit(Minutes = 2)]
public sealed partial class TrainerGrain : Grain, ITrainerGrain, IDisposable
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromDays(1);

    // The supervisor's silo may die without a word to this one.
    private static readonly TimeSpan RunCheckPeriod = TimeSpan.FromSeconds(1);

    // Longer than it takes the silos to find out which of them is dead. Who then still hears nothing of the supervisor may be that one.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    private readonly TrainWorkers _workers;
    private readonly IImageStore _store;
    private readonly INodes _nodes;
    private readonly TimeProvider _time;
    private readonly ILogger<TrainerGrain> _logger;
    private readonly IGrainFactory _grains;
    private readonly NodeKey _key;
    private readonly FeedFolder _rows;
    private readonly Mailbox _mailbox = new();
    private readonly CancellationTokenSource _over = new();
    private RunTicket? _ticket;
    private WorkerProgress _progress = new("feeding", 0, "");
    private IGrainTimer? _check;
    private long _checked;

    public TrainerGrain(TrainWorkers workers, IImageStore store, IGrainFactory grains, INodes nodes, TimeProvider time, ILogger<TrainerGrain> logger)
    {
        (_workers, _store, _grains, _nodes, _time, _logger) = (workers, store, grains, nodes, time, logger);
        _key = NodeKey.Parse(this.GetPrimaryKeyString());
        _rows = new FeedFolder(Path.Combine(workers.Options.ColumnsDirectory, _key.Rest));
    }

    private IRunGrain Run => GrainFactory.GetGrain<IRunGrain>(_key.Rest);

    /// <inheritdoc/>
    public async Task AppendAsync(Guid feed, RowBlock block)
    {
        if (_ticket is null)
        {
            await JoinAsync();
        }

        _rows.Append(feed, block, BeginFeed);
        GraincastMeter.FeedRows.Add(block.Rows);
    }

    /// <inheritdoc/>
    public Task<long> EndFeedAsync(Guid feed, long rows) => Task.FromResult(_rows.End(feed, rows));

    /// <inheritdoc/>
    public Task AbortFeedAsync(Guid feed)
    {
        _rows.Abort(feed);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<FedRows> CountAsync() => Task.FromResult(_rows.Count());

    /// <inheritdoc/>
    public async Task MoveRowsAsync(string node)
    {
        Ticket();
        try
        {
            await RowMover.MoveAsync(_rows, Trainer(node), _over.Token);
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception))
        {
            throw NodeLost.Error(node, exception);
        }
        finally
        {
            Clear();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingStep> FitAsync(FitPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var activity = GraincastActivity.Source.StartActivity(GraincastActivity.Fit);
        activity?.SetTag(GraincastActivity.Node, _key.Node).SetTag(GraincastActivity.Rows, _rows.Count().Rows);
        await foreach (TrainingStep step in GraincastActivity.TraceAsync(FitAsync(part, activity?.Id, cancellationToken), activity.Fail))
        {
            yield return step;
        }
    }

    /// <inheritdoc/>
    public Task DeliverAsync(int from, long number, Packet packet)
    {
        // To a part that has failed: its own error is what the run must end with, not that it does not listen any more.
        if (_ticket is not null)
        {
            _mailbox.Put(from, number, packet.Bytes);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<PartProgress> ProgressAsync() => Task.FromResult(new PartProgress(_progress.Phase, _rows.CountAll(), _progress.Iteration));

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

    private async IAsyncEnumerable<TrainingStep> FitAsync(FitPart part, string? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunTicket ticket = Ticket();
        try
        {
            string jobPath = Path.Combine(_rows.Path, "job.json");
            string imagePath = Path.Combine(_rows.Path, "image");
            var job = new TrainingJob
            {
                Spec = ticket.Spec,
                Seed = ticket.Seed,
                RowFiles = [.. _rows.Ended.Select(feed => feed.Path)],
                Rows = _rows.Count().Rows,
                Rank = part.Rank,
                Ranks = part.Nodes.Count,
                ImagePath = imagePath,
            };
            await File.WriteAllTextAsync(jobPath, JsonSerializer.Serialize(job, TrainingJson.Default.TrainingJob), cancellationToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
            var exchange = new PartExchange(part, Trainer, _mailbox);
            using var worker = new WorkerProcess(_workers, _key.Node, _logger, exchange);
            WorkerResult? result = null;
            using (var phases = new WorkerPhases(span))
            {
                await foreach (WorkerLine line in GraincastActivity.TraceAsync(worker.RunAsync(jobPath, either.Token), phases.Fail))
                {
                    if (line.Progress is { } progress)
                    {
                        _progress = progress;
                        phases.Enter(progress.Phase);
                        yield return new TrainingStep(progress.Text, null);
                    }

                    result = line.Result ?? result;
                }
            }

            await MustBeUnderWayAsync();
            yield return new TrainingStep("", Publish(ticket.Spec, result!, imagePath, part.Rows, span) with { ExchangedBytes = exchange.SentBytes });
        }
        finally
        {
            // However it ended, no row stays on disk. But whoever enumerates may not have heard of the end yet, and a deactivated grain could not tell.
            Clear();
        }
    }

    private async Task JoinAsync()
    {
        // The run's own words first, if it is over there too.
        RunTicket ticket = await Run.JoinAsync(_key.Node, _nodes.Silo);
        if (_over.IsCancellationRequested)
        {
            throw NotUnderWay();
        }

        _ticket = ticket;
        _checked = _time.GetTimestamp();
        // A slow query may bring its next row long after Orleans would collect an idle grain.
        DelayDeactivation(RunLimit);
        _check = this.RegisterGrainTimer(CheckRunAsync, new GrainTimerCreationOptions(RunCheckPeriod, RunCheckPeriod) { Interleave = true });
        LogJoined(_logger, ticket.Spec.Run, ticket.Spec.Project, ticket.Spec.Algorithm);
    }

    private async Task CheckRunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Run.IsUnderWayAsync())
            {
                _checked = _time.GetTimestamp();
                return;
            }
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception))
        {
            LogSupervisorSilent(_logger, _key.Rest, exception.Message);
            if (_time.GetElapsedTime(_checked) < LeaseTime)
            {
                // Not yet known to be dead: asked again in a second, and then of another silo.
                return;
            }
        }

        LogLeftBehind(_logger, _key.Rest);
        await CancelAsync();
    }

    private void Clear()
    {
        _over.Cancel();
        _check?.Dispose();
        _rows.Clear();
        _ticket = null;
        DelayDeactivation(TimeSpan.Zero);
    }

    private Activity? BeginFeed() => GraincastActivity.StartBelow(GraincastActivity.Feed, _ticket?.Spec.TraceParent)?.SetTag(GraincastActivity.Node, _key.Node);

    private TrainingResult Publish(TrainingSpec spec, WorkerResult result, string imagePath, long rows, string? fit)
    {
        using var activity = GraincastActivity.StartBelow(GraincastActivity.Publish, fit);
        activity.Trace(() =>
        {
            using FileStream image = File.OpenRead(imagePath);
            return _store.Add(result.ImageSha256, image);
        });

        _store.Claim(spec.Database, result.ImageSha256, spec.Role);
        LogPublished(_logger, spec.Run, result.ImageSha256, result.ImageBytes);
        return new TrainingResult
        {
            ImageSha256 = Convert.FromHexString(result.ImageSha256),
            ImageBytes = result.ImageBytes,
            Features = result.Features,
            Rows = rows,
            Hyperparams = result.Hyperparams.GetRawText(),
            Metrics = result.Metrics.GetRawText(),
        };
    }

    // A silo that was frozen and is taken for dead by the others must not bring out what they have given up.
    private async Task MustBeUnderWayAsync()
    {
        if (!await Run.IsUnderWayAsync())
        {
            throw NotUnderWay();
        }
    }

    private RunTicket Ticket() => _ticket ?? throw NotUnderWay();

    // Not the grain's own factory: workers exchange packets outside of its turns.
    private ITrainerGrain Trainer(string node) => _grains.GetGrain<ITrainerGrain>(new NodeKey(node, _key.Rest).ToString());

    private GraincastException NotUnderWay() => new(
        SqlState.UndefinedObject,
        $"no training run {_key.Rest} is under way at node {_key.Node}",
        "pgml.feed is called by pgml.train only; call pgml.train.");
}
