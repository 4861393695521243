using Graincast.Benchmarks.Reporting;

namespace Graincast.Benchmarks;

/// <summary>Questions about one subject.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Subject">Heads its table.</param>
/// <param name="RunAsync">Measures.</param>
/// <param name="IsShort">Part of the short form.</param>
internal sealed record Benchmark(string Name, string Subject, Func<Session, Task<IEnumerable<Question>>> RunAsync, bool IsShort = true)
{
    /// <summary>Runs one after the other. One that fails is told on the way and keeps none of the others from being measured.</summary>
    /// <returns>The program's exit code.</returns>
    public static async Task<int> RunAllAsync(IReadOnlyList<Benchmark> benchmarks, Scale scale, IReadOnlyList<string> names)
    {
        var report = new Report(await Machine.DescribeAsync(), Command(scale, names), isKept: scale != Scale.Trial);
        await using var session = new Session(scale, report);
        var failed = 0;
        foreach (var benchmark in benchmarks)
        {
            report.Begin(benchmark.Name, benchmark.Subject);
            try
            {
                report.End(await benchmark.RunAsync(session));
            }
            catch (Exception exception)
            {
                failed++;
                await Console.Error.WriteLineAsync($"{benchmark.Name} failed: {exception}");
            }
        }
        return failed;
    }

    private static string Command(Scale scale, IReadOnlyList<string> names) =>
        (scale == Scale.Full ? "make bench-full" : "make bench") + (names.Count == 0 ? "" : $" ONLY=\"{string.Join(' ', names)}\"");
}
