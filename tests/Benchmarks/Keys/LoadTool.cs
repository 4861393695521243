using System.Globalization;
using System.Text.RegularExpressions;
using Graincast.Benchmarks.Servers;
using Graincast.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>
/// A program in C that asks for random keys over connections that stay open, as in PostgresML's published benchmark: it takes little of the processors that it shares with
/// whoever answers.
/// </summary>
internal sealed class LoadTool
{
    private const int Seed = 42;

    // Of pgbench's clients, whose passwords are checked; it measures after that, and its time is over when it is over.
    private const int ConnectedPerSecond = 50;
    private readonly Func<int, int, string[]> _command;
    private readonly Dictionary<string, string> _environment;
    private readonly Regex _rate;
    private readonly string? _failure;

    private LoadTool(string name, Func<int, int, string[]> command, Dictionary<string, string> environment, Regex rate, string? failure) =>
        (Name, _command, _environment, _rate, _failure) = (name, command, environment, rate, failure);

    /// <summary>Of who answers.</summary>
    public string Name { get; }

    /// <summary>A prepared statement over TCP; a connection a client.</summary>
    /// <param name="statement">Its parameter is the key.</param>
    /// <param name="flights">Where it is asked.</param>
    /// <param name="folder">Takes the script.</param>
    public static LoadTool Pgbench(SqlKeys statement, Flights flights, string folder)
    {
        var script = Path.Combine(folder, Path.GetRandomFileName() + ".pgbench");
        File.WriteAllText(script, $"\\set id random(1, {flights.Rows})\n{statement.Sql.Replace("$1", ":id", StringComparison.Ordinal)};\n");
        var connection = flights.Connection;
        return new LoadTool(statement.Name,
            (clients, seconds) =>
            [
                "/usr/lib/postgresql/15/bin/pgbench", "--host", connection.Host!, "--port", $"{connection.Port}", "--username", connection.Username!, "--no-vacuum", "--protocol", "prepared",
                "--client", $"{clients}", "--jobs", $"{Threads(clients)}", "--time", $"{seconds}", "--random-seed", $"{Seed}", "--file", script, connection.Database!,
            ],
            new() { ["PGPASSWORD"] = connection.Password! }, new Regex(@"^tps = ([\d.]+) \(without initial connection time\)", RegexOptions.Multiline), null);
    }

    /// <summary>A key a request.</summary>
    public static LoadTool Wrk(FlaskKeys service, Flights flights, string folder)
    {
        var script = Path.Combine(folder, "keys.lua");
        File.WriteAllText(script, $"math.randomseed({Seed})\nfunction request() return wrk.format(nil, '/' .. math.random(1, {flights.Rows})) end\n");
        return new LoadTool(service.Name,
            (clients, seconds) => ["/usr/bin/wrk", "--connections", $"{clients}", "--threads", $"{Threads(clients)}", "--duration", $"{seconds}s", "--script", script, $"{service.Address}"],
            [], new Regex(@"^Requests/sec: +([\d.]+)", RegexOptions.Multiline), "rrors|Non-2xx");
    }

    /// <summary>Calls a second of so many clients at once.</summary>
    public async Task<double> RunAsync(int clients, TimeSpan duration)
    {
        var result = await Cli.RunAsync(_command(clients, (int)Math.Ceiling(duration.TotalSeconds + (double)clients / ConnectedPerSecond)), _environment);
        return result.ExitCode == 0 && _rate.Match(result.Output) is { Success: true } rate && (_failure is null || !Regex.IsMatch(result.Output, _failure))
            ? double.Parse(rate.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{Name}, {clients} clients: {result}");
    }

    private static int Threads(int clients) => Math.Min(clients, Environment.ProcessorCount);
}
