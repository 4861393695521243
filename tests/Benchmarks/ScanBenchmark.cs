namespace Graincast.Benchmarks;

/// <summary>What a prediction adds to a scan.</summary>
public static class ScanBenchmark
{
    private const int Rounds = 7;

    public static async Task<Question[]> RunAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        var predict = $"SELECT sum(pgml.predict('{BenchmarkServer.Project}', {BenchmarkServer.Array})) FROM t";
        var sum = $"SELECT sum({BenchmarkServer.Columns(" + ")}) FROM t";
        await connection.ScalarAsync(predict);
        await connection.ScalarAsync(sum);
        var measured = await Measurement.InterleaveAsync(Rounds, () => PerRowAsync(predict), () => PerRowAsync(sum));
        return [new("What does a prediction cost in a scan of all rows?", "µs a row", ("`sum(pgml.predict(…))`", measured[0]), ("`sum(f1 + … + f10)`", measured[1]))];

        async Task<double> PerRowAsync(string sql) => (await connection.TimeAsync(sql)).TotalMicroseconds / BenchmarkServer.Rows;
    }
}
