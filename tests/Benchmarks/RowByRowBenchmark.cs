namespace Graincast.Benchmarks;

/// <summary>The same trees, asked row by row in a scan, by PL/Python.</summary>
public static class RowByRowBenchmark
{
    private const int Rounds = 5;
    private const int PythonRows = 5_000;

    public static async Task<Question[]> RunAsync(BenchmarkServer server, PythonModel python)
    {
        await using var connection = await server.ConnectAsync();
        var ours = $"SELECT sum(pgml.predict('{BenchmarkServer.Project}', {BenchmarkServer.Array})) FROM t";
        var theirs = $"SELECT sum({python.Function}({BenchmarkServer.Array})) FROM (SELECT * FROM t LIMIT {PythonRows}) AS s";
        await connection.ScalarAsync(ours);
        await connection.ScalarAsync(theirs);
        var measured = await Measurement.InterleaveAsync(
            Rounds,
            async () => (await connection.TimeAsync(ours)).TotalMicroseconds / BenchmarkServer.Rows,
            async () => (await connection.TimeAsync(theirs)).TotalMicroseconds / PythonRows);
        return [new("And against PL/Python + xgboost row by row?", "µs a row", ("`sum(pgml.predict(…))`", measured[0]), ($"`sum({python.Function}(…))`", measured[1]))];
    }
}
