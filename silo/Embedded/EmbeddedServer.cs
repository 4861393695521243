using Graincast.Storage;
using Npgsql;

namespace Graincast.Embedded;

/// <summary>Everything in one data directory, from published files to accepting connections and back: one node, or on Citus a coordinator with its workers.</summary>
public sealed class EmbeddedServer
{
    private readonly DataDirectory _data;
    private readonly SystemUser _user;
    private readonly IProgress<string> _progress;

    /// <summary>Names the server in <paramref name="data"/>; <paramref name="progress"/> hears of every step that takes time or changes something.</summary>
    public EmbeddedServer(DataDirectory data, IProgress<string> progress)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = data;
        _user = SystemUser.Current();
        _progress = progress;
    }

    /// <summary>The published app that this process runs from: the source of everything that is copied.</summary>
    private static string Published => Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    private string AppStamp => Path.Combine(_data.Root, "app.stamp");

    /// <summary>
    /// Brings everything up; what already runs in this version is left alone. With more <paramref name="workers"/> than there are the new ones join; without
    /// a number there are as many as last time.
    /// </summary>
    public async Task<EmbeddedStatus> UpAsync(int? port, int? workers, CancellationToken cancellation)
    {
        var tree = new ServerTree(_data, Published);
        var nodes = Nodes(Wanted(workers));
        if (IsCluster(nodes))
        {
            tree.RequireCitus();
        }
        _user.CreateRoot(_data.Root);
        nodes.ForEach(node => node.CreateDirectories());
        using var held = await WorkLock.TakeAsync(_data, cancellation);
        await RefreshTreeAsync(tree, nodes, cancellation);
        await StartPostgresAsync(tree, nodes, port, cancellation);
        await RefreshAppAsync(nodes, cancellation);
        await InstallAsync(nodes, cancellation);
        await Task.WhenAll(nodes.Select(node => StartSiloAsync(node, nodes, cancellation)));
        return Status();
    }

    /// <summary>Stops what runs. Returns whether anything did.</summary>
    public async Task<bool> DownAsync(CancellationToken cancellation)
    {
        var nodes = Nodes(_data.Workers);
        if (!nodes.Exists(node => node.Directory.Exists))
        {
            return false;
        }
        using var held = await WorkLock.TakeAsync(_data, cancellation);
        var ran = await StopSilosAsync(nodes, cancellation);
        foreach (var node in nodes.Where(node => node.Postgres.Pid is not null))
        {
            _progress.Report($"Stopping Postgres{Of(node, nodes)}");
            ran = node.Postgres.Stop(new ServerTree(_data, Published)) || ran;
        }
        return ran;
    }

    /// <summary>What runs now.</summary>
    public EmbeddedStatus Status() => new(
        _data,
        [.. Nodes(_data.Workers).Select(node => node.Status)],
        File.Exists(AppStamp) ? File.ReadAllText(AppStamp) == Fingerprint.Of(Published) : null);

    /// <summary>Connects to the database at <paramref name="node"/> as its superuser.</summary>
    public NpgsqlConnectionStringBuilder AdminConnectionString(int node = NodeDirectory.Coordinator)
    {
        if (node > _data.Workers)
        {
            throw new GraincastException(
                SqlState.UndefinedObject,
                $"There is no node {node} in {_data.Root}.",
                _data.Workers == 0 ? "It has no workers; `graincast up --workers` makes some." : $"Its nodes are 0 to {_data.Workers}.");
        }
        var asked = Nodes(_data.Workers)[node];
        return asked.Postgres.Port is null
            ? throw new GraincastException(SqlState.ConnectionFailure, $"There is no Graincast in {_data.Root}.", "Run `graincast up` first, or name its directory with --data.")
            : asked.AdminConnectionString;
    }

    /// <summary>The Postgres that this app's extension was built for.</summary>
    public string PostgresVersion => new ServerTree(_data, Published).Version;

    /// <summary>The path of the psql that belongs to this server.</summary>
    public string Psql() => new ServerTree(_data, Published).Program("psql");

    private static bool IsCluster(List<EmbeddedNode> nodes) => nodes.Count > 1;

    /// <summary>Which node a step is about, where there are several.</summary>
    private static string Of(EmbeddedNode node, List<EmbeddedNode> nodes) => IsCluster(nodes) ? $" of {node}" : "";

    private List<EmbeddedNode> Nodes(int workers) => [.. Enumerable.Range(0, workers + 1).Select(number => new EmbeddedNode(_data.Node(number), _user))];

    private int Wanted(int? workers) => workers is not { } wanted || wanted >= _data.Workers
        ? workers ?? _data.Workers
        : throw new GraincastException(
            SqlState.FeatureNotSupported,
            $"{_data.Root} has {_data.Workers} workers, and taking some away is not offered.",
            "Leave --workers out to start those that there are, or choose a new directory with --data.");

    private async Task RefreshTreeAsync(ServerTree tree, List<EmbeddedNode> nodes, CancellationToken cancellation)
    {
        if (nodes.TrueForAll(node => node.Postgres.Pid is null) && tree.RefreshServer())
        {
            _progress.Report($"Copied the programs of {tree.Version}");
        }
        if (IsCluster(nodes))
        {
            tree.RefreshCitus();
        }
        if (tree.RefreshExtension(_progress))
        {
            await StopAsync(tree, [.. nodes.Where(node => node.Postgres.Pid is not null)], "it loads the extension when it starts", cancellation);
        }
    }

    private async Task StartPostgresAsync(ServerTree tree, List<EmbeddedNode> nodes, int? port, CancellationToken cancellation)
    {
        var certificate = IsCluster(nodes) ? _data.NodeCertificate : null;
        var isNew = certificate is not null && NodeCertificate.Refresh(certificate, _user, DateTimeOffset.UtcNow);
        var coordinator = nodes[0];
        if (coordinator.Postgres.Pid is not null && port is not null && port != coordinator.Postgres.Port)
        {
            throw new GraincastException(
                SqlState.ObjectNotInState, $"Postgres in {_data.Root} already runs, on port {coordinator.Postgres.Port}.", $"Run `graincast down --data {_data.Root}` first.");
        }
        if (certificate is not null && coordinator.Postgres is { Pid: not null, IsInCluster: false })
        {
            await StopAsync(tree, [coordinator], "with workers it loads Citus", cancellation);
        }
        foreach (var node in nodes)
        {
            if (node.Postgres.Pid is null)
            {
                if (!node.Directory.Exists)
                {
                    _progress.Report($"Creating the database cluster{Of(node, nodes)}");
                    node.Postgres.Initialise(tree);
                }
                _progress.Report($"Starting Postgres{Of(node, nodes)}");
                node.Postgres.Start(tree, node == coordinator ? port : null, certificate);
            }
            else if (isNew)
            {
                node.Postgres.Reload(tree);
            }
        }
    }

    /// <summary>Stops servers that <see cref="StartPostgresAsync"/> starts anew.</summary>
    private async Task StopAsync(ServerTree tree, List<EmbeddedNode> nodes, string why, CancellationToken cancellation)
    {
        if (nodes.Count > 0)
        {
            _progress.Report($"Restarting Postgres: {why}");
            await StopSilosAsync(nodes, cancellation);
            nodes.ForEach(node => node.Postgres.Stop(tree));
        }
    }

    private async Task RefreshAppAsync(List<EmbeddedNode> nodes, CancellationToken cancellation)
    {
        if (Published == _data.App || Fingerprint.IsCurrent(Published, AppStamp))
        {
            return;
        }
        var ran = await StopSilosAsync(nodes, cancellation);
        _progress.Report(ran ? "Refreshing the app: it changed since the silo was started" : "Copying the app");
        Fingerprint.Refresh(Published, AppStamp, () => FileTree.Replace(Published, _data.App));
    }

    private async Task InstallAsync(List<EmbeddedNode> nodes, CancellationToken cancellation)
    {
        if (IsCluster(nodes))
        {
            await new CitusCluster(nodes[0], nodes[1..], _progress).JoinAsync(cancellation);
        }
        // The app that last brought the database to its version, on these nodes.
        var stamp = Path.Combine(_data.Root, IsCluster(nodes) ? $"install.{nodes.Count}.stamp" : "install.stamp");
        if (Fingerprint.IsCurrent(Published, stamp))
        {
            return;
        }
        await nodes[0].Postgres.CreateDatabaseAsync(cancellation);
        var scripts = await Migrations.InstallAsync(nodes[0].AdminConnectionString.ConnectionString, PostgresServer.SiloRole, cancellation);
        if (scripts.Count > 0)
        {
            _progress.Report($"Ran {scripts.Count} migrations");
        }
        Fingerprint.Remember(Published, stamp);
    }

    private async Task StartSiloAsync(EmbeddedNode node, List<EmbeddedNode> nodes, CancellationToken cancellation)
    {
        if (await node.Silo.ServesAsync(cancellation))
        {
            return;
        }
        _progress.Report($"Starting the silo{Of(node, nodes)}");
        await node.Silo.StopAsync(cancellation);
        await node.Silo.StartAsync(node.SiloConnectionString, nodes[0].SiloConnectionString, cancellation);
    }

    private async Task<bool> StopSilosAsync(List<EmbeddedNode> nodes, CancellationToken cancellation)
    {
        var running = nodes.Where(node => node.Silo.Pid is not null).ToList();
        if (running.Count == 0)
        {
            return false;
        }
        _progress.Report(running.Count == 1 ? $"Stopping the silo{Of(running[0], nodes)}" : "Stopping the silos");
        await Task.WhenAll(running.Select(async node =>
        {
            if (await node.Silo.StopAsync(cancellation))
            {
                _progress.Report($"The silo{Of(node, nodes)} did not end in time and was killed");
            }
        }));
        return true;
    }
}
