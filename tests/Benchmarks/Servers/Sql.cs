using System.Diagnostics;
using Npgsql;

namespace Graincast.Benchmarks.Servers;

internal static class Sql
{
    /// <summary>A backend of its own, of node 0 of a data directory.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(string data)
    {
        var config = await File.ReadAllLinesAsync(Path.Combine(data, "postgres", "graincast.conf"));
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = Path.Combine(data, "run"),
            Port = int.Parse(config.Single(line => line.StartsWith("port = ", StringComparison.Ordinal))["port = ".Length..]),
            Database = "graincast",
            Username = "postgres",
            Pooling = false,
            CommandTimeout = 3600,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

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
