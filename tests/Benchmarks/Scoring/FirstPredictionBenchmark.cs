using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Scoring;

/// <summary>What a connection pays before its first answer, in time and in memory that it shares with nobody.</summary>
internal static class FirstPredictionBenchmark
{
    private const int RoundsOfScale = 3;

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var server = await session.ServerAsync();
        var python = await PythonModel.CreateAsync(server);
        var features = $"ARRAY[{string.Join(", ", Enumerable.Repeat("0.5", BenchmarkServer.Features))}]::real[]";
        string[] statements = [$"SELECT pgml.predict('{BenchmarkServer.Project}', {features})", $"SELECT {python.Function}({features})"];
        var times = statements.Select(_ => new Measurement()).ToArray();
        var memory = statements.Select(_ => new Measurement()).ToArray();
        for (var round = 0; round < session.Scale.Rounds * RoundsOfScale; round++)
        {
            for (var i = 0; i < statements.Length; i++)
            {
                var (ms, mb) = await FirstAsync(server, statements[i]);
                times[i].Add(ms);
                memory[i].Add(mb);
            }
        }
        return
        [
            new("How long does the first prediction of a connection take?", "ms", ("`pgml.predict`", times[0]), ("PL/Python + xgboost", times[1]), Target.TimesLess(200)),
            new("How much private memory does it add to the backend?", "MB", ("`pgml.predict`", memory[0]), ("PL/Python + xgboost", memory[1]), Target.TimesLess(60)),
        ];
    }

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
