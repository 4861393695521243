using System.Diagnostics;
using System.Text.RegularExpressions;
using Graincast.Servers;

namespace Graincast.Failures;

/// <summary>Debian's pgbench: clients that run one statement over and over until they are stopped.</summary>
public sealed partial class PgBench : IAsyncDisposable
{
    private const string Program = "/usr/lib/postgresql/15/bin/pgbench";
    private const int LimitS = 120;
    private readonly Process _process;
    private readonly string _script;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private PgBench(Process process, string script)
    {
        (_process, _script) = (process, script);
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What pgbench counted, and all it said.</summary>
    public sealed record Report(long Processed, long Failed, string Output)
    {
        public override string ToString() => Output;
    }

    /// <summary>Starts the clients and waits until each has run the statement.</summary>
    public static async Task<PgBench> StartAsync(GraincastServer server, int clients, string statement)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, statement + "\n");
        var options = server.ConnectionString();
        var process = Process.Start(new ProcessStartInfo(Program,
        [
            "--no-vacuum", "--protocol=prepared", $"--client={clients}", "--jobs=2", $"--time={LimitS}", $"--file={script}",
            $"--host={options.Host}", $"--port={options.Port}", $"--username={options.Username}", options.Database!,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var bench = new PgBench(process, script);
        await Wait.UntilAsync($"{clients} pgbench clients predict", async () =>
        {
            await using var seen = server.Superuser.CreateCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench' AND query LIKE '%pgml.predict%' AND state_change > backend_start + interval '0.2 s'");
            return process.HasExited ? throw new InvalidOperationException($"pgbench ended: {await bench._error}") : (long)(await seen.ExecuteScalarAsync())! == clients;
        });
        return bench;
    }

    /// <summary>Ends the run as its time limit would.</summary>
    public async Task<Report> StopAsync()
    {
        if (!_process.HasExited)
        {
            Signal.Send(_process.Id, Signal.Alarm);
        }
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        var text = await _output + await _error;
        // A client that is thrown out counts no failed transaction: pgbench says "aborted" instead, and ends with 2.
        var aborted = _process.ExitCode == 0 ? 0 : 1;
        return new Report(Number(Processed(), text), Number(Failed(), text) + aborted, text);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        File.Delete(_script);
    }

    private static long Number(Regex pattern, string text) => pattern.Match(text) is { Success: true } match
        ? long.Parse(match.Groups[1].Value)
        : throw new InvalidOperationException($"pgbench reported something else: {text}");

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Processed();

    [GeneratedRegex(@"number of failed transactions: (\d+)")]
    private static partial Regex Failed();
}
