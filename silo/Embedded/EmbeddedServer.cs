using Graincast.Storage;
using Npgsql;

namespace Graincast.Embedded;

/// <summary>One Postgres and one silo in one data directory, from published files to accepting connections and back.</summary>
public sealed class EmbeddedServer
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(2);
    private readonly DataDirectory _data;
    private readonly SystemUser _user;
    private readonly PostgresServer _postgres;
    private readonly Silo _silo;
    private readonly IProgress<string> _progress;

    /// <summary>Names the server in <paramref name="data"/>; <paramref name="progress"/> hears of every step that takes time or changes something.</summary>
    public EmbeddedServer(DataDirectory data, IProgress<string> progress)
    {
        _data = data;
        _user = SystemUser.Current();
        _postgres = new PostgresServer(data, _user);
        _silo = new Silo(data, _user);
        _progress = progress;
    }

    /// <summary>The published app that this process runs from: the source of everything that is copied.</summary>
    private static string Published => Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    private string AppStamp => Path.Combine(_data.Root, "app.stamp");

    /// <summary>The app that last brought the database to its version.</summary>
    private string InstallStamp => Path.Combine(_data.Root, "install.stamp");

    /// <summary>Brings everything up; what already runs in this version is left alone.</summary>
    public async Task<EmbeddedStatus> UpAsync(int? port, CancellationToken cancellation)
    {
        CreateDirectories();
        using var held = await LockAsync(cancellation);
        var tree = new ServerTree(_data, Published);
        if (_postgres.Pid is null && tree.RefreshServer())
        {
            _progress.Report($"Copied the programs of {tree.Version}");
        }
        tree.RefreshExtension(_progress);
        StartPostgres(tree, port);
        await RefreshAppAsync(cancellation);
        await InstallAsync(cancellation);
        if (_silo.Pid is null || !_silo.Accepts)
        {
            _progress.Report("Starting the silo");
            await _silo.StopAsync(cancellation);
            await _silo.StartAsync(SiloConnectionString(), cancellation);
        }
        return Status();
    }

    /// <summary>Stops what runs. Returns whether anything did.</summary>
    public async Task<bool> DownAsync(CancellationToken cancellation)
    {
        if (!_data.Exists)
        {
            return false;
        }
        using var held = await LockAsync(cancellation);
        var siloRan = await StopSiloAsync(cancellation);
        if (_postgres.Pid is null)
        {
            return siloRan;
        }
        _progress.Report("Stopping Postgres");
        return _postgres.Stop(new ServerTree(_data, Published)) || siloRan;
    }

    /// <summary>What runs now.</summary>
    public EmbeddedStatus Status() => new(
        _data,
        _postgres.Pid,
        _postgres.Port,
        _silo.Pid is { } pid && _silo.Accepts ? pid : null,
        File.Exists(AppStamp) ? File.ReadAllText(AppStamp) == Fingerprint.Of(Published) : null);

    /// <summary>Connects to the database as its superuser.</summary>
    public NpgsqlConnectionStringBuilder AdminConnectionString() => _postgres.Port is null
        ? throw new GraincastException(SqlState.ConnectionFailure, $"There is no Graincast in {_data.Root}.", "Run `graincast up` first, or name its directory with --data.")
        : _postgres.ConnectionString(PostgresServer.Database, PostgresServer.Superuser);

    /// <summary>The Postgres that this app's extension was built for.</summary>
    public string PostgresVersion => new ServerTree(_data, Published).Version;

    /// <summary>The path of the psql that belongs to this server.</summary>
    public string Psql() => new ServerTree(_data, Published).Program("psql");

    private string SiloConnectionString()
    {
        var connection = _postgres.ConnectionString(PostgresServer.Database, PostgresServer.SiloRole);
        connection.SearchPath = "graincast";
        return connection.ConnectionString;
    }

    private void CreateDirectories()
    {
        _user.CreateRoot(_data.Root);
        foreach (var (path, mode) in new[] { (_data.Node, "0750"), (_data.Log, "0750"), (_data.Columns, "0700"), (_data.Run, "2750") })
        {
            if (!Directory.Exists(path))
            {
                _user.CreateDirectory(path, mode);
            }
        }
    }

    private void StartPostgres(ServerTree tree, int? port)
    {
        if (_postgres.Pid is not null)
        {
            if (port is not null && port != _postgres.Port)
            {
                throw new GraincastException(
                    SqlState.ObjectNotInState, $"Postgres in {_data.Root} already runs, on port {_postgres.Port}.", $"Run `graincast down --data {_data.Root}` first.");
            }
            return;
        }
        if (!_data.Exists)
        {
            _progress.Report("Creating the database cluster");
            _postgres.Initialise(tree);
        }
        _progress.Report("Starting Postgres");
        _postgres.Start(tree, port);
    }

    private async Task RefreshAppAsync(CancellationToken cancellation)
    {
        if (Published == _data.App || Fingerprint.IsCurrent(Published, AppStamp))
        {
            return;
        }
        var ran = await StopSiloAsync(cancellation);
        _progress.Report(ran ? "Refreshing the app: it changed since the silo was started" : "Copying the app");
        Fingerprint.Refresh(Published, AppStamp, () => FileTree.Replace(Published, _data.App));
    }

    private async Task InstallAsync(CancellationToken cancellation)
    {
        if (Fingerprint.IsCurrent(Published, InstallStamp))
        {
            return;
        }
        await _postgres.CreateDatabaseAsync(cancellation);
        var scripts = await Migrations.InstallAsync(AdminConnectionString().ConnectionString, PostgresServer.SiloRole, cancellation);
        if (scripts.Count > 0)
        {
            _progress.Report($"Ran {scripts.Count} migrations");
        }
        Fingerprint.Remember(Published, InstallStamp);
    }

    private async Task<bool> StopSiloAsync(CancellationToken cancellation)
    {
        if (_silo.Pid is null)
        {
            return false;
        }
        _progress.Report("Stopping the silo");
        if (await _silo.StopAsync(cancellation))
        {
            _progress.Report("The silo did not end in time and was killed");
        }
        return true;
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        FileStream? held = null;
        bool TryLock()
        {
            try
            {
                held = new FileStream(_data.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException inUse) when (inUse is not (FileNotFoundException or DirectoryNotFoundException))
            {
                return false;
            }
        }
        return await Deadline.WaitAsync(TryLock, LockTimeout, cancellation)
            ? held!
            : throw new GraincastException(SqlState.ObjectNotInState, $"Another graincast command has been at work in {_data.Root} for {LockTimeout.TotalMinutes} minutes.");
    }
}
