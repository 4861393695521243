using System.Collections.Concurrent;
using Npgsql;
using Shouldly;

namespace Graincast.Servers;

/// <summary>One backend: a connection outside of any pool, with everything the server said on it.</summary>
public sealed class Session : IAsyncDisposable
{
    private const int CommandTimeoutS = 120;
    private readonly NpgsqlConnection _connection;
    private readonly ConcurrentQueue<PostgresNotice> _notices = new();
    private readonly CancellationTokenSource _closing = new();

    private Session(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += (_, arguments) => _notices.Enqueue(arguments.Notice);
    }

    /// <summary>The backend's process id.</summary>
    public int Pid => _connection.ProcessID;

    /// <summary>NOTICEs and WARNINGs so far.</summary>
    public IReadOnlyCollection<PostgresNotice> Notices => _notices;

    public IEnumerable<PostgresNotice> Warnings => _notices.Where(notice => notice.InvariantSeverity == "WARNING");

    public static Task<Session> OpenAsync(GraincastServer server, string role = "postgres") => OpenAsync(server.ConnectionString(role));

    /// <summary>At a node of a cluster.</summary>
    public static Task<Session> OpenAsync(GraincastCluster cluster, string role = "postgres", int node = 0) => OpenAsync(cluster.ConnectionString(role, node));

    private static async Task<Session> OpenAsync(NpgsqlConnectionStringBuilder options)
    {
        options.Pooling = false;
        options.CommandTimeout = CommandTimeoutS;
        var session = new Session(new NpgsqlConnection(options.ConnectionString));
        await session._connection.OpenAsync();
        return session;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(_closing.Token);
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
        return (T)(await command.ExecuteScalarAsync(_closing.Token))!;
    }

    /// <summary>The first column of every row, a line each.</summary>
    public async Task<string> LinesAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await using var reader = await command.ExecuteReaderAsync(_closing.Token);
        List<string> lines = [];
        while (await reader.ReadAsync(_closing.Token))
        {
            lines.Add(reader.GetString(0));
        }
        return string.Join('\n', lines);
    }

    /// <summary>The error of a statement that must have one.</summary>
    public async Task<PostgresException> FailAsync(string sql, params object[] values) =>
        await Should.ThrowAsync<PostgresException>(() => ScalarAsync<object>(sql, values));

    /// <summary>Fails unless this is still the backend it was, and answers.</summary>
    public async Task MustLiveOnAsync() => (await ScalarAsync<int>("SELECT pg_backend_pid()")).ShouldBe(Pid);

    /// <summary>Cancels what still runs, as after a failed assertion: closing would wait for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _connection.DisposeAsync();
        _closing.Dispose();
    }
}
