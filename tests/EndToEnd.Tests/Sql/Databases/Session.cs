using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Sql;

/// <summary>One connection, and short forms of what the tests do with it.</summary>
public sealed class Session : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    public Session(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += (_, e) => Notices.Add(e.Notice.MessageText);
    }

    /// <summary>The NOTICEs and WARNINGs so far.</summary>
    public List<string> Notices { get; } = [];

    public int Pid => _connection.ProcessID;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The first column of the first row; the default for NULL and for no row.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(Cancellation) is T value ? value : default!;
    }

    /// <summary>The first column of all rows.</summary>
    public async Task<List<T>> ColumnAsync<T>(string sql, params object?[] parameters) => [.. (await RowsAsync(sql, parameters)).Select(row => (T)row[0]!)];

    public async Task<List<object?[]>> RowsAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        List<object?[]> rows = [];
        while (await reader.ReadAsync(Cancellation))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        }
        return rows;
    }

    /// <summary>The error of a statement that must fail with this SQLSTATE.</summary>
    public async Task<PostgresException> FailAsync(string sqlState, string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        PostgresException? error = null;
        try
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        catch (PostgresException e)
        {
            error = e;
        }
        error.ShouldNotBeNull($"{sql} must fail with {sqlState}");
        error.SqlState.ShouldBe(sqlState, $"{sql}\n{error.MessageText}\n{error.Hint}");
        return error;
    }

    /// <summary>As above; the message must name <paramref name="thing"/>, and a hint must say what to do.</summary>
    public async Task<PostgresException> RefuseAsync(string sqlState, string thing, string sql, params object?[] parameters)
    {
        var error = await FailAsync(sqlState, sql, parameters);
        error.MessageText.ShouldContain(thing, Case.Sensitive);
        error.Hint.ShouldNotBeNullOrWhiteSpace($"\"{error.MessageText}\" must have a HINT");
        return error;
    }

    /// <summary>Fails unless this is still the backend it was, and answers.</summary>
    public async Task MustLiveOnAsync() => (await ScalarAsync<int>("SELECT pg_backend_pid()")).ShouldBe(Pid);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 60 };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        }
        return command;
    }
}
