using System.Collections.Concurrent;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Graincast.Storage;

/// <summary>The databases of the Postgres beside this silo, as the silo's role.</summary>
public sealed class Databases(NpgsqlConnectionStringBuilder home) : IAsyncDisposable
{
    private const int PoolSize = 8;

    // What keys and values look like must not depend on the server's settings.
    private const string PlainForms = "-c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=1";

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _sources = new();

    /// <summary>Every pooled connection may be of a Postgres that was restarted since; each try drops one of them. For what may be asked twice.</summary>
    public static ResiliencePipeline OnLiveConnection { get; } = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = PoolSize,
            Delay = TimeSpan.Zero,
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(exception => exception.IsTransient || exception.InnerException is IOException),
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

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder(home.ConnectionString)
    {
        Database = database,
        SearchPath = null,
        MaxPoolSize = PoolSize,
        Pooling = pooling,
        // What is asked over a pooled connection leaves nothing in the session; putting it in order again costs the server more than reading a row.
        NoResetOnClose = true,
        Options = $"{home.Options} {PlainForms}".Trim(),
    }.ConnectionString;
}
