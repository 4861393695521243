using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Graincast.Servers;

namespace Graincast.Health;

/// <summary>
/// A <c>graincast serve</c> of a test's own beside the shared server's Postgres: alone in an Orleans cluster of its own, with a socket of its own, asked for its
/// health over HTTP. Killed at the end where a test has not stopped it.
/// </summary>
internal sealed class ServingSilo : IAsyncDisposable
{
    private const string Role = "graincast";

    private readonly TestDirectory _directory = new();
    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ServingSilo(GraincastServer server, string database, IReadOnlyList<string> runAs, string[] options)
    {
        var connection = server.ConnectionString(Role);
        connection.SearchPath = "graincast";
        var endpoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        _http.BaseAddress = new Uri($"http://{endpoint}");
        Volume = Directory.CreateDirectory(Path.Combine(_directory.Path, "v")).FullName;
        string Of(string name)
        {
            connection.Database = name;
            return connection.ConnectionString;
        }
        string[] command =
        [
            .. runAs, "dotnet", Path.Combine(_directory.Path, "app", "graincast.dll"), "serve", "--data-directory", Path.Combine(Volume, "data"), "--socket", Socket, "--node", "0",
            "--connection", Of(database), "--cluster-connection", Of("graincast"), "--cluster-id", _directory.Path,
            "--silo-port", "0", "--gateway-port", "0", "--health-endpoint", $"{endpoint}", .. options,
        ];
        // An app of its own, since nothing under the server's name may run as root; and a folder as an emptyDir is: anyone may write, files are its group's.
        using (var prepare = Process.Start("sh", ["-c", $"cp -rl {Path.Combine(server.Data, "app")} {_directory.Path} && chgrp $(stat -c %g {Path.Combine(server.Data, "run")}) {Volume} && chmod 2777 {Volume}"]))
        {
            prepare.WaitForExit();
        }
        _process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one that serves <paramref name="database"/>; <paramref name="runAs"/> is a command that starts another as somebody else.</summary>
    public static async Task<ServingSilo> StartAsync(GraincastServer server, string database = "graincast", IReadOnlyList<string>? runAs = null, params string[] options)
    {
        // Peer authentication knows no user without a name.
        await using var password = server.Superuser.CreateCommand($"ALTER ROLE {Role} PASSWORD '{server.ConnectionString(Role).Password}'");
        await password.ExecuteNonQueryAsync();
        return new ServingSilo(server, database, runAs ?? [], options);
    }

    /// <summary>What only it and Postgres share.</summary>
    public string Volume { get; }

    public string Socket => Path.Combine(Volume, "node", "g.sock");

    /// <summary>Of the Orleans cluster that is its own.</summary>
    public string ClusterId => _directory.Path;

    public int Pid => _process.Id;

    /// <summary>Status and text of a probe; 0 where nobody answers.</summary>
    public async Task<(int Status, string Text)> ProbeAsync(string probe)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"/health/{probe}", UriKind.Relative));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return (0, "");
        }
    }

    /// <summary>Waits until a probe answers with a status and says a word; returns all that it says.</summary>
    public async Task<string> WaitAsync(string probe, int status, string word = "")
    {
        var last = (Status: 0, Text: "");
        await Wait.UntilAsync($"/health/{probe} is {status} {word}", async () =>
        {
            last = await ProbeAsync(probe);
            return (last.Status == status && last.Text.Contains(word, StringComparison.Ordinal))
                || (_process.HasExited ? throw new InvalidOperationException($"the silo ended: {await OutputAsync()}") : false);
        });
        return last.Text;
    }

    /// <summary>What Prometheus is told.</summary>
    public Task<string> MetricsAsync() => _http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    /// <summary>All that it wrote until it ended.</summary>
    public async Task<string> OutputAsync() => await _output + await _error;

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal.Send(Pid, Signal.Kill);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _http.Dispose();
        await _directory.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
