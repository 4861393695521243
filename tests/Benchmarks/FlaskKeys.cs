using System.Globalization;
using System.Runtime.InteropServices;
using Graincast.Servers;

namespace Graincast.Benchmarks;

/// <summary>A baseline: a process of Python that holds features in Redis and trees in xgboost, asked over HTTP connections that stay open.</summary>
public sealed class FlaskKeys : IKeyService
{
    public const string Missing = "Flask + Redis + xgboost was not compared: apt-get install --no-install-recommends python3-flask python3-redis python3-xgboost redis-server gunicorn";
    private const int ThreadsOfWorker = 4;
    private static readonly string[] Programs = ["/usr/bin/gunicorn", "/usr/bin/redis-server", "/usr/lib/python3/dist-packages/flask", "/usr/lib/python3/dist-packages/redis", "/usr/lib/python3/dist-packages/xgboost"];
    private static readonly string Folder = Path.Combine(Cli.Repository, "tests", "Benchmarks");
    private readonly string _directory = Directory.CreateTempSubdirectory("gc-flask-").FullName;
    private readonly List<Daemon> _daemons = [];
    private readonly List<HttpClient> _workers = [];
    private int _callers;

    private FlaskKeys()
    {
    }

    public string Name => "Flask + Redis + xgboost";

    public static async Task<FlaskKeys?> TryStartAsync(float[][] rows, Report report)
    {
        if (Programs.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
        {
            report.Note($"{Missing} (no {missing})");
            return null;
        }
        var service = new FlaskKeys();
        string versions;
        try
        {
            versions = await service.StartAsync(rows);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
        report.Note($"Baseline of predictions by key: {versions.Trim()}, a gunicorn worker a core with {ThreadsOfWorker} threads each, callers spread evenly, one booster thread, Redis over a Unix socket, HTTP connections kept alive.");
        return service;
    }

    public Func<int, Task<float>> NewCaller()
    {
        var http = _workers[_callers++ % _workers.Count];
        return async key => float.Parse(await http.GetStringAsync(new Uri($"/{key}", UriKind.Relative)), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _workers.ForEach(http => http.Dispose());
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            await daemon.DisposeAsync();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> StartAsync(float[][] rows)
    {
        var environment = new Dictionary<string, string> { ["KEYS_DIRECTORY"] = _directory, ["PYTHONPATH"] = Folder, ["PYTHONDONTWRITEBYTECODE"] = "1" };
        await File.WriteAllBytesAsync(Path.Combine(_directory, "rows"), MemoryMarshal.AsBytes<float>(rows.SelectMany(row => row).ToArray()).ToArray());
        await StartAsync("Ready to accept connections", environment, "/usr/bin/redis-server", "--port", "0", "--unixsocket", Path.Combine(_directory, "redis"), "--save", "", "--dir", _directory);
        var prepared = await Cli.RunAsync(
            ["/usr/bin/python3", Path.Combine(Folder, "flask_keys.py"), $"{BenchmarkServer.Features}", $"{BenchmarkServer.Trees}", $"{BenchmarkServer.Leaves}"], environment);
        if (prepared.ExitCode != 0)
        {
            throw new InvalidOperationException(prepared.ToString());
        }
        // A port for each worker: at a shared one, which worker a connection stays with is up to chance.
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            var listening = await StartAsync(
                "Listening at: ", environment, "/usr/bin/gunicorn", "--bind", "127.0.0.1:0", "--workers", "1", "--threads", $"{ThreadsOfWorker}",
                "--keep-alive", "75", "--chdir", _directory, "flask_keys:app");
            _workers.Add(new HttpClient { BaseAddress = new Uri(listening.Split("Listening at: ")[1].Split(' ')[0]) });
        }
        return prepared.Output;
    }

    private async Task<string> StartAsync(string ready, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var daemon = new Daemon(command, environment);
        _daemons.Add(daemon);
        return await daemon.LineAsync(ready);
    }
}
