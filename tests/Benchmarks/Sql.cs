using System.Diagnostics;
using Npgsql;

namespace Graincast.Benchmarks;

public static class Sql
{
    public static async Task RunAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Wall clock of one statement, seen from the client.</summary>
    public static async Task<TimeSpan> TimeAsync(this NpgsqlConnection connection, string sql)
    {
        var clock = Stopwatch.StartNew();
        await connection.ScalarAsync(sql);
        return clock.Elapsed;
    }
}
