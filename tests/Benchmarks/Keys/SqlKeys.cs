using Graincast.Benchmarks.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Keys;

/// <summary>A prepared statement that gives a number for a key; a connection a caller.</summary>
internal sealed class SqlKeys(Flights flights, string name, string sql) : IKeyService
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(flights.Connection);

    public string Name => name;

    /// <summary>Its parameter is the key.</summary>
    public string Sql => sql;

    /// <summary>The row is read and scored in the statement.</summary>
    public static SqlKeys Predict(Flights flights) =>
        new(flights, "`SELECT pgml.predict(…) FROM flights WHERE id = $1`", $"SELECT pgml.predict('{Flights.Project}', {BenchmarkServer.Array}) FROM {Flights.Name} WHERE id = $1");

    public Func<int, Task<float>> NewCaller()
    {
        NpgsqlCommand? command = null;
        return async key =>
        {
            command ??= await PrepareAsync();
            command.Parameters[0].Value = key;
            return (float)(await command.ExecuteScalarAsync())!;
        };
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<NpgsqlCommand> PrepareAsync()
    {
        var command = new NpgsqlCommand(sql, await _source.OpenConnectionAsync()) { Parameters = { new() { Value = 0 } } };
        await command.PrepareAsync();
        return command;
    }
}
