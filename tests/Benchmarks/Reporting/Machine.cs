using Graincast.Servers;

namespace Graincast.Benchmarks.Reporting;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        var memoryKb = long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var postgres = (await OutputAsync("/usr/lib/postgresql/15/bin/postgres", "--version")).Split(' ')[2];
        var python = await OutputAsync("/usr/bin/python3", Path.Combine(Cli.Repository, "tests", "Benchmarks", "Reporting", "versions.py"));
        return $"{cpu}, {Environment.ProcessorCount} CPUs, {memoryKb / (1 << 20)} GiB, load {load} at the start · PostgreSQL {postgres} · "
            + $"Graincast {typeof(Machine).Assembly.GetName().Version!.ToString(3)} · .NET {Environment.Version} · {python}";
    }

    private static async Task<string> OutputAsync(params string[] command)
    {
        var result = await Cli.RunAsync(command);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new InvalidOperationException($"{string.Join(' ', command)}: {result}");
    }
}
