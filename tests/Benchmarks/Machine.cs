namespace Graincast.Benchmarks;

/// <summary>What the numbers were measured on.</summary>
public static class Machine
{
    public static async Task<string> DescribeAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        var cpu = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        var memoryKb = long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{DateTime.UtcNow:yyyy-MM-dd} · {cpu}, {Environment.ProcessorCount} CPUs, {memoryKb / (1 << 20)} GiB, load {load} at the start · "
            + $"PostgreSQL {await connection.ScalarAsync("SHOW server_version")} · Graincast {await connection.ScalarAsync("SELECT pgml.version()")} · .NET {Environment.Version}";
    }
}
