using System.Data;
using Graincast.Placement;
using Graincast.Supervision;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Graincast.Storage;

/// <inheritdoc cref="IRunPublisher"/>
/// <remarks>Looks twice a minute for runs of this node that nobody knows any more, too: those of a silo that was here before, and those whose start never came.</remarks>
public sealed partial class RunPublisher(Databases databases, Catalog catalog, INodes nodes, TimeProvider time, ILogger<RunPublisher> logger) : BackgroundService, IRunPublisher
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    // On Citus a row may be committed here a moment after the transaction said so.
    private const int MaxLooks = 5;

    private readonly CancellationTokenSource _stopping = new();

    /// <inheritdoc/>
    public async Task<bool> PublishAsync(string database, string run)
    {
        ResiliencePipeline<bool> look = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<bool> { MaxRetryAttempts = MaxLooks, Delay = RetryPeriod, ShouldHandle = new PredicateBuilder<bool>().HandleResult(false) })
            .Build();
        return await look.ExecuteAsync(async token =>
        {
            bool isPublished = false;
            await TryAsync(database, async connection => isPublished = await PublishAsync(connection, long.Parse(run), token), int.MaxValue, token);
            return isPublished;
        }, _stopping.Token);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookPeriod, time);
        IReadOnlyList<(string, long)>? before = null;
        do
        {
            IReadOnlyList<string> all = [];
            List<(string Database, long Run)> runs = [];
            await TryAsync(databases.Home, async _ => all = await catalog.AllDatabasesAsync(stoppingToken), int.MaxValue, stoppingToken);
            foreach (string database in all)
            {
                await TryAsync(database, async connection => runs.AddRange((await FindAsync(connection, stoppingToken)).Select(run => (database, run))), MaxLooks, stoppingToken);
            }

            // A run's row may be seen a moment before its start arrives, so what is new may be well; at the first look it is of a silo that was here before.
            // Of those that are under way nothing is written.
            foreach ((string database, long run) in runs.Where(run => before?.Contains(run) != false))
            {
                await TryAsync(database, connection => PublishAsync(connection, run, stoppingToken), MaxLooks, stoppingToken);
            }

            before = runs;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<List<long>> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<long> runs = [];
        await using var has = new NpgsqlCommand("SELECT to_regclass('pgml.runs') IS NOT NULL", connection);
        if (!(bool)(await has.ExecuteScalarAsync(cancellationToken))!)
        {
            return runs;
        }

        // A backend keeps no more of a node's name than fits into a name.
        await using var find = new NpgsqlCommand("SELECT id FROM pgml.runs WHERE status = 'in_progress' AND node = $1::name::text", connection)
        {
            Parameters = { new() { Value = nodes.Own } },
        };
        await using NpgsqlDataReader reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(reader.GetInt64(0));
        }

        return runs;
    }

    // However long others lock the project, and whatever the database's settings are.
    private static async Task<bool> PublishAsync(NpgsqlConnection connection, long run, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using (var prepare = new NpgsqlCommand("SET TRANSACTION READ WRITE; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0", connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var publish = new NpgsqlCommand("SELECT pgml.publish_run($1)", connection) { CommandTimeout = 0, Parameters = { new() { Value = run } } };
        bool isPublished = (bool)(await publish.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return isPublished;
    }

    private async Task TryAsync(string database, Func<NpgsqlConnection, Task> attempt, int maxRetries, CancellationToken cancellationToken)
    {
        ResiliencePipeline retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = maxRetries,
                Delay = RetryPeriod,
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(exception => exception.IsTransient),
                OnRetry = failed =>
                {
                    LogFailed(logger, database, failed.Outcome.Exception!.Message);
                    return default;
                },
            })
            .Build();
        try
        {
            await retry.ExecuteAsync(async token =>
            {
                await using NpgsqlConnection connection = await databases.OpenAsync(database, token);
                await attempt(connection);
            }, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Such as a database that was dropped, or whose catalog is of an earlier release: nothing here is worth the silo's life.
            LogFailed(logger, database, exception.Message);
        }
    }

    [LoggerMessage(5101, LogLevel.Warning, "The ends of trainings could not be written in database {Database}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string database, string reason);
}
