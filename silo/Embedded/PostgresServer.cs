using Npgsql;

namespace Graincast.Embedded;

/// <summary>The embedded Postgres: made, configured, started, stopped.</summary>
internal sealed class PostgresServer(NodeDirectory node, SystemUser user)
{
    private const int TimeoutS = 60;
    private const string HostRulesFile = "pg_hba.conf";

    /// <summary>The database that <c>up</c> makes.</summary>
    public const string Database = "graincast";

    /// <summary>Its superuser, as whom <c>psql</c> connects.</summary>
    public const string Superuser = "postgres";

    /// <summary>The ordinary role of the silo.</summary>
    public const string SiloRole = "graincast";

    private string PidFile => Path.Combine(node.Postgres, "postmaster.pid");

    private string ConfigFile => Path.Combine(node.Postgres, "graincast.conf");

    /// <summary>The postmaster's pid, or null when it does not run.</summary>
    public int? Pid => ReadPidFile() is [var first, ..] && int.TryParse(first, out var pid) && IsOurs(pid) ? pid : null;

    /// <summary>The port that it listens on, or that it used last; null before the first start.</summary>
    public int? Port => PostgresConfig.Port(Settings);

    /// <summary>Whether it was last started as a node of a cluster.</summary>
    public bool IsInCluster => Settings.Contains(PostgresConfig.PreloadCitus);

    private IEnumerable<string> Settings => File.Exists(ConfigFile) ? File.ReadLines(ConfigFile) : [];

    /// <summary>Connects to <paramref name="database"/> as <paramref name="role"/> through the Unix socket.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString(string database, string role) => new()
    {
        Host = node.Run,
        Port = Port ?? throw new InvalidOperationException("Postgres was never started here."),
        Database = database,
        Username = role,
    };

    /// <summary>Runs initdb once.</summary>
    public void Initialise(ServerTree tree)
    {
        var unfinished = node.Postgres + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }
        user.CreateDirectory(unfinished, "0700");
        Child.Run(user.Wrap([
            tree.Program("initdb"), $"--pgdata={unfinished}", $"--username={Superuser}", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
            "--auth-local=peer", "--auth-host=reject",
        ])).ThrowIfFailed("initdb");
        File.AppendAllText(Path.Combine(unfinished, "postgresql.conf"), "\n# Written by graincast at every start; what stands below it wins.\ninclude_if_exists = 'graincast.conf'\n");
        File.WriteAllText(Path.Combine(unfinished, HostRulesFile), PostgresConfig.HostRules(user));
        File.WriteAllText(Path.Combine(unfinished, "pg_ident.conf"), PostgresConfig.UserMap(user));
        Directory.Move(unfinished, node.Postgres);
    }

    /// <summary>
    /// Starts it on <paramref name="wantedPort"/>, else on the port of last time, else on a free one, and waits until it accepts connections. As a node of a
    /// cluster, whose nodes know each other by <paramref name="certificate"/>, or alone when that is null.
    /// </summary>
    public void Start(ServerTree tree, int? wantedPort, string? certificate)
    {
        var port = wantedPort ?? Ports.KeepOrPick(Port);
        if (!Ports.IsFree(port))
        {
            throw new GraincastException(SqlState.ObjectNotInState, $"Port {port} is in use by another program.", "Choose another with --port, or leave it out to get a free one.");
        }
        if (certificate is not null)
        {
            AdmitNodes();
        }
        File.WriteAllText(ConfigFile, PostgresConfig.Settings(node, port, certificate));
        var logged = new FileInfo(node.PostgresLog) is { Exists: true } log ? log.Length : 0;
        var result = PgCtl(tree, "start", "-w", "-t", $"{TimeoutS}", "-l", node.PostgresLog);
        if (result.ExitCode != 0)
        {
            throw new GraincastException(SqlState.ObjectNotInState, $"Postgres did not start: {LogTail.LastError(node.PostgresLog, logged)}", $"Its log is {node.PostgresLog}.");
        }
    }

    /// <summary>Ends its sessions and stops it. Returns whether it ran.</summary>
    public bool Stop(ServerTree tree)
    {
        if (Pid is null)
        {
            return false;
        }
        PgCtl(tree, "stop", "-w", "-t", $"{TimeoutS}", "-m", "fast").ThrowIfFailed("Stopping Postgres");
        return true;
    }

    /// <summary>Has it read its files again, the certificate of its nodes included.</summary>
    public void Reload(ServerTree tree) => PgCtl(tree, "reload").ThrowIfFailed("Reloading Postgres");

    /// <summary>Makes the database when it is missing.</summary>
    public async Task CreateDatabaseAsync(CancellationToken cancellation)
    {
        var admin = ConnectionString("postgres", Superuser);
        admin.Pooling = false;
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("SELECT FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = Database } } };
        await using var reader = await exists.ExecuteReaderAsync(cancellation);
        var found = reader.HasRows;
        await reader.CloseAsync();
        if (!found)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    private void AdmitNodes()
    {
        var path = Path.Combine(node.Postgres, HostRulesFile);
        var rules = File.ReadAllText(path);
        var wanted = PostgresConfig.WithNodeRules(rules);
        if (wanted != rules)
        {
            File.WriteAllText(path, wanted);
        }
    }

    private Child.Result PgCtl(ServerTree tree, string verb, params string[] options) =>
        Child.Run(user.Wrap([tree.Program("pg_ctl"), verb, "-s", "-D", node.Postgres, .. options]), node.Postgres);

    private string[] ReadPidFile() => File.Exists(PidFile) ? File.ReadAllLines(PidFile) : [];

    /// <summary>A pid file may outlive its process, and the pid may be another's by now.</summary>
    private bool IsOurs(int pid) =>
        new FileInfo($"/proc/{pid}/exe").LinkTarget?.StartsWith(node.Data.Server + "/", StringComparison.Ordinal) ?? false;
}
