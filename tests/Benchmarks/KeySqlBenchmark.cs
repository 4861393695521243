using System.Diagnostics;
using Npgsql;

namespace Graincast.Benchmarks;

/// <summary>One session that asks by key, one statement after the other: through the silo, or by reading the row in the statement.</summary>
public static class KeySqlBenchmark
{
    private const int Rounds = 5;
    private const int Calls = 1_000;

    public static async Task<Question[]> RunAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        var keys = KeyedTable.Keys(Calls);
        await using var ours = await PrepareAsync(connection, $"SELECT pgml.predict_by_key('{BenchmarkServer.Project}', $1)");
        await using var theirs = await PrepareAsync(connection, $"SELECT pgml.predict('{BenchmarkServer.Project}', r) FROM {KeyedTable.Name} r WHERE id = $1");
        await AskAsync(ours, keys);
        await AskAsync(theirs, keys);
        var measured = await Measurement.InterleaveAsync(Rounds, () => AskAsync(ours, keys), () => AskAsync(theirs, keys));
        return [new("And in SQL, one statement after the other?", "µs", ("`pgml.predict_by_key(…)`", measured[0]), ("`pgml.predict(…) … WHERE id = …`", measured[1]))];
    }

    private static async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = 0 } } };
        await command.PrepareAsync();
        return command;
    }

    private static async Task<double> AskAsync(NpgsqlCommand command, int[] keys)
    {
        var clock = Stopwatch.StartNew();
        foreach (var key in keys)
        {
            command.Parameters[0].Value = key;
            await command.ExecuteScalarAsync();
        }
        return clock.Elapsed.TotalMicroseconds / keys.Length;
    }
}
