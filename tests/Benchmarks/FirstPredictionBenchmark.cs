namespace Graincast.Benchmarks;

/// <summary>What a connection pays before its first answer, in time and in memory that it shares with nobody.</summary>
public static class FirstPredictionBenchmark
{
    private const int Rounds = 15;

    public static async Task<Question[]> RunAsync(BenchmarkServer server, PythonModel? python)
    {
        var features = $"ARRAY[{string.Join(", ", Enumerable.Repeat("0.5", BenchmarkServer.Features))}]::real[]";
        List<string> statements = [$"SELECT pgml.predict('{BenchmarkServer.Project}', {features})"];
        if (python is not null)
        {
            statements.Add($"SELECT {python.Function}({features})");
        }
        var times = statements.Select(_ => new Measurement()).ToArray();
        var memory = statements.Select(_ => new Measurement()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < statements.Count; i++)
            {
                var (ms, mb) = await FirstAsync(server, statements[i]);
                times[i].Add(ms);
                memory[i].Add(mb);
            }
        }
        return
        [
            Ask("How long does the first prediction of a connection take?", "ms", times),
            Ask("How much private memory does it add to the backend?", "MB", memory),
        ];
    }

    private static Question Ask(string question, string unit, Measurement[] values) =>
        new(question, unit, ("`pgml.predict`", values[0]), values.Length > 1 ? ("PL/Python + xgboost", values[1]) : null);

    private static async Task<(double Ms, double Mb)> FirstAsync(BenchmarkServer server, string statement)
    {
        await using var connection = await server.ConnectAsync();
        var before = PrivateMb(connection.ProcessID);
        var time = await connection.TimeAsync(statement);
        return (time.TotalMilliseconds, PrivateMb(connection.ProcessID) - before);
    }

    private static double PrivateMb(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup")
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])) / 1024;
}
