using System.Collections.Concurrent;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Graincast.Storage;

/// <summary>The databases of the Postgres beside this silo, as the silo's role.</summary>
public sealed class Databases(NpgsqlConnectionStringBuilder home) : IAsyncDisposable
{
    private const int PoolSize = 8;
    private const int CommandTimeoutS = 10;
    private const int IdleLifetimeS = 10;

    // What keys and values look like must not depend on the server's settings.
    private const string PlainForms = "-c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=1";

    // Who asks may itself hold the lock that is waited for, in a transaction that waits for the answer: that must end before the asker gives up.
    private const string LockTimeout = "-c lock_timeout=4s";

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _sources = new();

    /// <summary>Every pooled connection may be of a Postgres that was restarted since; each try drops one of them. For what may be asked twice.</summary>
    public static ResiliencePipeline OnLiveConnection { get; } = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = PoolSize,
            Delay = TimeSpan.Zero,
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(IsOfConnection),
        })
        .Build();

    /// <summary>The database that the silo's own connection string names.</summary>
    public string Home => home.Database!;

    /// <summary>
    /// Pooled connections to a database. What is asked often is prepared by its asker, once a connection: Npgsql's automatic preparation leaves a statement broken whose
    /// first prepared execution fails (npgsql/npgsql issue 6391).
    /// </summary>
    public NpgsqlDataSource this[string database] => _sources.GetOrAdd(database, name => NpgsqlDataSource.Create(ConnectionString(name, pooling: true)));

    /// <summary>A connection of its own. Not pooled: one that lingers would stand in the way of DROP DATABASE.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString(database, pooling: false));
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (NpgsqlDataSource source in _sources.Values)
        {
            await source.DisposeAsync();
        }
    }

    // What was slow would be slow again, and what the database says is no matter of the connection.
    private static bool IsOfConnection(NpgsqlException exception) => exception.InnerException is not TimeoutException
        && exception is not PostgresException { SqlState: PostgresErrorCodes.ObjectNotInPrerequisiteState }
        && (exception.IsTransient || exception.InnerException is IOException || exception is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown });

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder(home.ConnectionString)
    {
        Database = database,
        SearchPath = null,
        MaxPoolSize = PoolSize,
        Pooling = pooling,
        CommandTimeout = pooling ? CommandTimeoutS : home.CommandTimeout,
        // An idle connection stands in the way of DROP DATABASE.
        ConnectionIdleLifetime = IdleLifetimeS,
        // What is asked over a pooled connection leaves nothing in the session; putting it in order again costs the server more than reading a row.
        NoResetOnClose = true,
        Options = $"{home.Options} {PlainForms} {(pooling ? LockTimeout : "")}".Trim(),
    }.ConnectionString;
}
