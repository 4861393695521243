using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Servers;

/// <summary>Classes of this collection share one cluster of a coordinator and two workers, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<GraincastCluster>
{
    public const string Name = "cluster";
}

/// <summary>
/// A private Citus cluster, brought up from the published app: node 0 is the coordinator, the others are workers, each with its silo. A class that kills or
/// changes things for good takes one of its own as <see cref="IClassFixture{TFixture}"/>. Tests begin with <see cref="Citus.Require"/>: without Citus nothing
/// is brought up. At the end it is stopped and deleted, and no node's Postgres log must hold a crash.
/// </summary>
public class GraincastCluster : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private readonly List<NpgsqlDataSource> _sources = [];
    private readonly Dictionary<int, NpgsqlDataSource> _superusers = [];
    private readonly HashSet<int> _frozen = [];

    public GraincastCluster()
        : this(workers: 2)
    {
    }

    protected GraincastCluster(int workers) => Workers = workers;

    public int Workers { get; }

    /// <summary>The numbers of all nodes, the coordinator's 0 included.</summary>
    public IEnumerable<int> Nodes => Enumerable.Range(0, Workers + 1);

    /// <summary>Its data directory, as <c>--data</c> takes it.</summary>
    public string Data => _directory.Data;

    public int Port(int node = 0) =>
        int.Parse(File.ReadLines(Path.Combine(Top(node), "postgres", "graincast.conf")).Single(line => line.StartsWith("port = ", StringComparison.Ordinal))["port = ".Length..]);

    /// <summary>Connections to a node as the superuser postgres over its Unix socket.</summary>
    public NpgsqlDataSource Superuser(int node = 0)
    {
        lock (_superusers)
        {
            return _superusers.TryGetValue(node, out var source)
                ? source
                : _superusers[node] = Track(NpgsqlDataSource.Create(ConnectionString("postgres", node).ConnectionString));
        }
    }

    public string PostgresLog(int node) => Path.Combine(Top(node), "log", "postgres.log");

    public string SiloLog(int node) => Path.Combine(Top(node), "log", "silo.log");

    public string SiloSocket(int node) => Path.Combine(Top(node), "run", "graincast.sock");

    /// <summary>The folder of images that a node's silo hands out.</summary>
    public string Images(int node) => Path.Combine(Top(node), "run", "images");

    /// <summary>The folder of rows and worker files of a node, empty but during a training.</summary>
    public string Columns(int node) => Path.Combine(Top(node), "columns");

    public int SiloPid(int node) => int.Parse(File.ReadAllText(Path.Combine(Data, "nodes", $"{node}", "silo.pid")).Split(' ')[0]);

    /// <summary>Connection string of <paramref name="role"/> at a node: the superuser over the Unix socket, anyone else by password over TCP.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString(string role = "postgres", int node = 0) => new()
    {
        Host = role == "postgres" ? Path.Combine(Top(node), "run") : "127.0.0.1",
        Port = Port(node),
        Database = "graincast",
        Username = role,
        Password = role == "postgres" ? null : Password(role),
        // TLS is for nodes; without this every connection would try it first.
        SslMode = SslMode.Disable,
        IncludeErrorDetail = true,
        MaxPoolSize = 20,
    };

    /// <summary>Makes the login role <paramref name="role"/> on all nodes when it is missing, and connects it to one; it may do what PUBLIC may.</summary>
    public async Task<NpgsqlDataSource> ConnectAsAsync(string role, int node = 0)
    {
        await using var exists = Superuser().CreateCommand("SELECT FROM pg_roles WHERE rolname = $1");
        exists.Parameters.Add(new NpgsqlParameter { Value = role });
        await using (var reader = await exists.ExecuteReaderAsync())
        {
            if (!reader.HasRows)
            {
                await ExecuteAsync($"CREATE ROLE \"{role}\" LOGIN PASSWORD '{Password(role)}'");
            }
        }
        return Track(NpgsqlDataSource.Create(ConnectionString(role, node).ConnectionString));
    }

    /// <summary>Runs SQL at a node as the superuser.</summary>
    public async Task ExecuteAsync(string sql, int node = 0)
    {
        await using var command = Superuser(node).CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row of SQL at a node, as the superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql, int node = 0)
    {
        await using var command = Superuser(node).CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Kills a node's silo with SIGKILL and returns when it is gone.</summary>
    public Task KillSiloAsync(int node)
    {
        var pid = SiloPid(node);
        Signal.Send(pid, Signal.Kill);
        return Wait.UntilAsync($"the killed silo {pid} of node {node} is gone", () => !Processes.IsAlive(pid));
    }

    /// <summary>Freezes a node's silo with SIGSTOP: it is there and says nothing.</summary>
    public void StopSilo(int node)
    {
        Signal.Send(SiloPid(node), Signal.Stop);
        _frozen.Add(node);
    }

    /// <summary>Lets a frozen silo go on.</summary>
    public void ContinueSilo(int node)
    {
        Signal.Send(SiloPid(node), Signal.Continue);
        _frozen.Remove(node);
    }

    /// <summary>Kills the silos that a test which failed has left frozen.</summary>
    public async Task KillFrozenSilosAsync()
    {
        foreach (var node in _frozen.ToList())
        {
            await KillSiloAsync(node);
        }
        _frozen.Clear();
    }

    /// <summary>Asks a node's silo to end, as an update does, and starts another one.</summary>
    public async Task RestartSiloAsync(int node)
    {
        var pid = SiloPid(node);
        Signal.Send(pid, Signal.Terminate);
        await Wait.UntilAsync($"the silo {pid} of node {node} has ended", () => !Processes.IsAlive(pid), TimeSpan.FromMinutes(1));
        await StartSilosAsync();
    }

    /// <summary>Brings up what does not run; what does is left alone.</summary>
    public Task StartSilosAsync() => Cli.MustSucceedAsync("up", "--data", Data);

    public async ValueTask InitializeAsync()
    {
        if (Workers == 0)
        {
            await StartSilosAsync();
        }
        else if (Citus.IsAvailable)
        {
            await Cli.MustSucceedAsync("up", "--data", Data, "--workers", $"{Workers}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await KillFrozenSilosAsync();
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
        string[] crashes = [.. Nodes.SelectMany(node => CrashLog.Crashes(PostgresLog(node)))];
        await _directory.DisposeAsync();
        crashes.ShouldBeEmpty("no Postgres log must hold a crash");
    }

    private static string Password(string role) => $"password of {role}";

    private string Top(int node) => node == 0 ? Data : Path.Combine(Data, "nodes", $"{node}");

    private NpgsqlDataSource Track(NpgsqlDataSource source)
    {
        _sources.Add(source);
        return source;
    }
}
