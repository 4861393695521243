using Graincast.Benchmarks.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Keys;

/// <summary>Updates f3 of the first flights in turn, between two levels of which the first has the greater prediction, and knows which level is committed.</summary>
internal sealed class RowUpdates : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly float[] _levels;
    private readonly float[] _middles;

    // Versions of each row: the n-th update writes level n mod 2.
    private readonly int[] _started;
    private readonly int[] _committed;
    private readonly PeriodicTimer _timer;
    private readonly Task _updates;

    /// <param name="connection">Used and ended by this.</param>
    /// <param name="levels">Of f3, two.</param>
    /// <param name="middles">A row each: a number between the predictions for the two levels.</param>
    /// <param name="interval">Between two updates.</param>
    public RowUpdates(NpgsqlConnection connection, float[] levels, float[] middles, TimeSpan interval)
    {
        (_connection, _levels, _middles) = (connection, levels, middles);
        (_started, _committed) = (new int[middles.Length], new int[middles.Length]);
        _timer = new PeriodicTimer(interval);
        _updates = Task.Run(UpdateAsync);
    }

    /// <summary>Whether a prediction for a row follows from another level than the one that was committed before it was asked for. Not if the row is updated meanwhile.</summary>
    public async Task<bool> IsStaleAsync(int row, Func<int, Task<float>> predict)
    {
        var before = Volatile.Read(ref _committed[row]);
        var level = await predict(row + 1) > _middles[row] ? 0 : 1;
        return before == Volatile.Read(ref _started[row]) && level != before % 2;
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _updates;
        await _connection.DisposeAsync();
    }

    private async Task UpdateAsync()
    {
        await using var command = new NpgsqlCommand($"UPDATE {Flights.Name} SET f3 = $1, updated_at = now() WHERE id = $2", _connection)
        {
            Parameters = { new() { Value = 0f }, new() { Value = 0 } },
        };
        await command.PrepareAsync();
        for (var update = 0; await _timer.WaitForNextTickAsync(); update++)
        {
            var row = update % _middles.Length;
            var version = _committed[row] + 1;
            Volatile.Write(ref _started[row], version);
            (command.Parameters[0].Value, command.Parameters[1].Value) = (_levels[version % 2], row + 1);
            await command.ExecuteNonQueryAsync();
            Volatile.Write(ref _committed[row], version);
        }
    }
}
