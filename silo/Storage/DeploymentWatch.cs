using System.Collections.Concurrent;
using Graincast.Models;
using Npgsql;

namespace Graincast.Storage;

/// <summary>
/// The projects of a database that are asked for, kept right by a connection that waits for changes of the catalog. What it knows is used while that connection has
/// looked within <see cref="MaxAge"/>; else each question is a query.
/// </summary>
internal sealed partial class DeploymentWatch : IAsyncDisposable
{
    private const string Sql = """
        SELECT p.name, p.owner::text, d.seq, m.id, pg_catalog.encode(m.image_sha256, 'hex'), s.id, s.relation_name, s.key_columns,
            p.predict_to || p.train_to || p.own_to
        FROM pgml.projects p
        LEFT JOIN LATERAL (SELECT seq, model_id FROM pgml.deployments WHERE project_id = p.id ORDER BY seq DESC LIMIT 1) d ON true
        LEFT JOIN pgml.models m ON m.id = d.model_id
        LEFT JOIN pgml.sources s ON s.project_id = p.id
        WHERE p.name = ANY ($1)
        """;

    // The server looks for changes each 20 ms; this is only how long a wait may hold its snapshot, and the net under it.
    private const int WaitMs = 1000;

    // Nobody asks: the connection would only stand in the way of DROP DATABASE.
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CommitPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReconnectPeriod = TimeSpan.FromMilliseconds(500);

    private readonly Databases _databases;
    private readonly string _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching;
    private long? _lookedAt;
    private long _askedAt;

    public DeploymentWatch(Databases databases, string database, TimeProvider time, ILogger logger)
    {
        (_databases, _database, _time, _logger, _askedAt) = (databases, database, time, logger, time.GetTimestamp());
        _watching = Task.Run(() => WatchAsync(_stopping.Token));
    }

    /// <summary>Whether it waits no more: its database is gone, or nobody asked for some minutes.</summary>
    public bool HasEnded => _watching.IsCompleted;

    /// <inheritdoc cref="IDeployments.FindAsync"/>
    public async ValueTask<ProjectState?> FindAsync(string project, long since, CancellationToken cancellationToken)
    {
        _askedAt = _time.GetTimestamp();
        if (_known.TryGetValue(project, out Known? known) && IsFresh(known) && known.State.Deployment?.Seq >= since)
        {
            return known.State;
        }

        long start = _time.GetTimestamp();
        while (true)
        {
            ProjectState? state = await FindNowAsync(project, cancellationToken);
            if (state is null || since == 0 || state.Deployment?.Seq >= since)
            {
                return state;
            }

            if (_time.GetElapsedTime(start) > CommitTimeout)
            {
                throw new GraincastException(
                    SqlState.SerializationFailure,
                    $"deployment {since} of project \"{project}\" has not arrived at this node",
                    "Try again; if it stays, the caller's project is another one of the same name, or this node's catalog is behind.");
            }

            await Task.Delay(CommitPeriod, _time, cancellationToken);
        }
    }

    /// <inheritdoc cref="IDeployments.FindNowAsync"/>
    public ValueTask<ProjectState?> FindNowAsync(string project, CancellationToken cancellationToken) =>
        Databases.OnLiveConnection.ExecuteAsync(token => ReadOneAsync(project, token), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    // What was read before the last change and kept after it is what the watch has not seen.
    private bool IsFresh(Known known) => _lookedAt is { } at && known.ReadAt >= at && _time.GetElapsedTime(at) < MaxAge;

    private async ValueTask<ProjectState?> ReadOneAsync(string project, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await _databases[_database].OpenConnectionAsync(cancellationToken);
        long readAt = _time.GetTimestamp();
        ProjectState? state = (await ReadAsync(connection, [project], cancellationToken)).GetValueOrDefault(project);
        Keep(project, state, readAt);
        return state;
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await _databases.OpenAsync(_database, stopping);
                await WatchAsync(connection, stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                // The database was dropped.
                return;
            }
            catch (Exception exception)
            {
                // Whatever it was: without the watch each question is a query, which is right and slower.
                _lookedAt = null;
                LogLost(_logger, _database, exception.Message);
                await Task.Delay(ReconnectPeriod, _time, CancellationToken.None);
            }
        }
    }

    private async Task WatchAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        await using var wait = new NpgsqlCommand("SELECT pgml.wait_for_change($1, $2)", connection)
        {
            Parameters = { new() { Value = -1L }, new() { Value = WaitMs } },
        };
        while (_time.GetElapsedTime(_askedAt) < IdleTime)
        {
            wait.Parameters[0].Value = (long)(await wait.ExecuteScalarAsync(stopping))!;
            long readAt = _time.GetTimestamp();
            string[] asked = [.. _known.Keys];
            Dictionary<string, ProjectState> states = await ReadAsync(connection, asked, stopping);
            foreach (string project in asked)
            {
                Keep(project, states.GetValueOrDefault(project), readAt);
            }

            _lookedAt = readAt;
        }
    }

    private static async Task<Dictionary<string, ProjectState>> ReadAsync(NpgsqlConnection connection, string[] projects, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = projects } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<string, ProjectState> states = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            Deployment? deployment = reader.IsDBNull(3) ? null : new Deployment(reader.GetInt64(2), reader.GetInt64(3), reader.GetString(4));
            FeatureSource? source = reader.IsDBNull(5) ? null : new FeatureSource(reader.GetInt64(5), reader.GetString(6), reader.GetFieldValue<string[]>(7));
            states[reader.GetString(0)] = new ProjectState([reader.GetString(1), .. reader.GetFieldValue<string[]>(8)], deployment, source);
        }

        return states;
    }

    // Of two reads the one that began later knows more. A project that is not there is not kept: its name may be anyone's invention.
    private void Keep(string project, ProjectState? state, long readAt)
    {
        if (state is null)
        {
            _known.TryRemove(project, out _);
            return;
        }

        var read = new Known(state, readAt);
        _known.AddOrUpdate(project, read, (_, known) => known.ReadAt > readAt ? known : read);
    }

    [LoggerMessage(5001, LogLevel.Warning, "The wait for changes of the catalog of database {Database} was lost, deployments are asked for at each call: {Reason}")]
    private static partial void LogLost(ILogger logger, string database, string reason);

    private sealed record Known(ProjectState State, long ReadAt);
}
