using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

[assembly: AssemblyFixture(typeof(GraincastServer))]

namespace Graincast.Servers;

/// <summary>
/// A private Postgres with its silo, brought up from the published app. One is shared by the whole assembly; a class whose tests kill or change things takes
/// one of its own as <see cref="IClassFixture{TFixture}"/>. At the end it is stopped and deleted, and its Postgres log must hold no crash.
/// </summary>
public sealed class GraincastServer : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private readonly List<NpgsqlDataSource> _sources = [];

    /// <summary>Its data directory, as <c>--data</c> takes it.</summary>
    public string Data => _directory.Data;

    /// <summary>What the silo is told by environment.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public int Port { get; private set; }

    /// <summary>Connections as the superuser postgres over the Unix socket.</summary>
    public NpgsqlDataSource Superuser { get; private set; } = null!;

    public string PostgresLog => Path.Combine(Data, "log", "postgres.log");

    public string SiloLog => Path.Combine(Data, "log", "silo.log");

    public string SiloSocket => Path.Combine(Data, "run", "graincast.sock");

    /// <summary>The folder of images that the silo hands out.</summary>
    public string Images => Path.Combine(Data, "run", "images");

    /// <summary>The folder of rows and worker files, empty but during a training.</summary>
    public string Columns => Path.Combine(Data, "columns");

    public int SiloPid => int.Parse(File.ReadAllText(Path.Combine(Data, "nodes", "0", "silo.pid")).Split(' ')[0]);

    /// <summary>Connection string of <paramref name="role"/>: the superuser over the Unix socket, anyone else by password over TCP.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString(string role = "postgres") => new()
    {
        Host = role == "postgres" ? Path.Combine(Data, "run") : "127.0.0.1",
        Port = Port,
        Database = "graincast",
        Username = role,
        Password = role == "postgres" ? null : Password(role),
        // The server says more about a failed test than a secret is worth here.
        IncludeErrorDetail = true,
        MaxPoolSize = 20,
    };

    /// <summary>Makes the login role <paramref name="role"/> when it is missing; it may do what PUBLIC may.</summary>
    public async Task<NpgsqlDataSource> ConnectAsAsync(string role)
    {
        await using var create = Superuser.CreateCommand($"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE "{role}" LOGIN PASSWORD '{Password(role)}'; END IF;
            END $$
            """);
        await create.ExecuteNonQueryAsync();
        return Track(NpgsqlDataSource.Create(ConnectionString(role).ConnectionString));
    }

    /// <summary>Kills the silo with SIGKILL and returns when it is gone.</summary>
    public Task KillSiloAsync()
    {
        var pid = SiloPid;
        Signal.Send(pid, Signal.Kill);
        return Wait.UntilAsync($"the killed silo {pid} is gone", () => !Processes.IsAlive(pid));
    }

    /// <summary>Brings up what does not run; what does is left alone.</summary>
    public async Task StartSiloAsync()
    {
        var result = await Cli.RunAsync([Cli.Launcher, "up", "--data", Data], Environment);
        result.ExitCode.ShouldBe(0, result.ToString());
    }

    /// <summary>Takes away the images that the silo has stored: who uses one next asks it, or finds no silo to ask.</summary>
    public void RemoveImages()
    {
        foreach (var image in Directory.GetFiles(Images, "*.img"))
        {
            File.Delete(image);
        }
    }

    public async ValueTask InitializeAsync()
    {
        await StartSiloAsync();
        var config = await File.ReadAllLinesAsync(Path.Combine(Data, "postgres", "graincast.conf"));
        Port = int.Parse(config.Single(line => line.StartsWith("port = ", StringComparison.Ordinal))["port = ".Length..]);
        Superuser = Track(NpgsqlDataSource.Create(ConnectionString().ConnectionString));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
        var crashes = CrashLog.Crashes(PostgresLog);
        await _directory.DisposeAsync();
        crashes.ShouldBeEmpty("Postgres' log must hold no crash");
    }

    private static string Password(string role) => $"password of {role}";

    private NpgsqlDataSource Track(NpgsqlDataSource source)
    {
        _sources.Add(source);
        return source;
    }
}
