namespace Graincast.Benchmarks;

/// <summary>For information: rows from the table to a deployed model.</summary>
public static class TrainingBenchmark
{
    private const int Rounds = 3;

    public static async Task<Question[]> RunAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        var train = $"SELECT * FROM pgml.train('whole', 'regression', 't', 'y', 'lightgbm', '{BenchmarkServer.TreeSettings}')";
        var measured = await Measurement.InterleaveAsync(Rounds, async () => BenchmarkServer.Rows / (await connection.TimeAsync(train)).TotalSeconds);
        return [new($"How fast are all rows fed and trained on ({BenchmarkServer.Trees} trees)?", "rows/s", ("`pgml.train`", measured[0]))];
    }
}
