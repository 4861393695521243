namespace Graincast.Embedded;

/// <summary>
/// The private tree of Postgres' programs: binaries copied, libraries linked, share copied, our extension put in. Postgres finds its folders relative to
/// its own binary, so the tree repeats their absolute paths below <see cref="DataDirectory.Server"/> and nothing of ours goes into system folders.
/// </summary>
internal sealed class ServerTree
{
    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl", "psql"];
    private readonly DataDirectory _data;
    private readonly string _extension;
    private readonly Dictionary<string, string> _config;

    /// <summary>Reads which Postgres the extension beside the app was built for.</summary>
    public ServerTree(DataDirectory data, string app)
    {
        _data = data;
        _extension = Path.Combine(app, "extension");
        var config = Path.Combine(_extension, "pg_config.txt");
        if (!File.Exists(config))
        {
            throw new GraincastException(SqlState.ObjectNotInState, $"The Postgres extension is missing beside the app: no {config}.", "Run `make`.");
        }
        _config = File.ReadLines(config).Select(line => line.Split(" = ", 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>As pg_config says it, e.g. <c>PostgreSQL 15.14</c>.</summary>
    public string Version => _config["VERSION"];

    private string SystemBinaries => _config["BINDIR"];

    private string ServerStamp => Path.Combine(_data.Server, "server.stamp");

    private string CitusControl => Path.Combine(_config["SHAREDIR"], "extension", "citus.control");

    private string CitusStamp => Path.Combine(_data.Server, "citus.stamp");

    private string ExtensionStamp => Path.Combine(_data.Server, "extension.stamp");

    /// <summary>The path of one of Postgres' programs in the tree.</summary>
    public string Program(string name) => Path.Combine(InTree(SystemBinaries), name);

    /// <summary>Copies Postgres' programs again when they changed; only while it is stopped. Returns whether it did.</summary>
    public bool RefreshServer() => Fingerprint.Refresh(CheckedServer(), ServerStamp, () =>
    {
        Directory.CreateDirectory(InTree(SystemBinaries));
        foreach (var program in Programs)
        {
            FileTree.CopyFile(Path.Combine(SystemBinaries, program), Program(program));
        }
        FileTree.Overlay(_config["SHAREDIR"], InTree(_config["SHAREDIR"]));
        LinkLibraries();
    });

    /// <summary>Fails unless this Postgres has Citus.</summary>
    public void RequireCitus()
    {
        if (new[] { CitusControl, Path.Combine(_config["PKGLIBDIR"], "citus.so") }.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported,
                $"Workers need the extension citus, and {Version} does not have it: no {missing}.",
                "Install Citus for that Postgres, or leave --workers out: a Postgres alone needs nothing more.");
        }
    }

    /// <summary>Takes Citus in when it was installed or replaced after the tree was made.</summary>
    public void RefreshCitus() => Fingerprint.Refresh(CitusControl, CitusStamp, () =>
    {
        var extensions = Path.GetDirectoryName(CitusControl)!;
        foreach (var file in Directory.EnumerateFiles(extensions, "citus*"))
        {
            FileTree.CopyFile(file, Path.Combine(InTree(extensions), Path.GetFileName(file)));
        }
        LinkLibraries();
    });

    /// <summary>Puts our extension in when it changed. Returns whether its library did, which a Postgres that runs has loaded already.</summary>
    public bool RefreshExtension(IProgress<string> progress)
    {
        if (Fingerprint.IsCurrent(_extension, ExtensionStamp))
        {
            return false;
        }
        var isNewLibrary = HasChanged("graincast.so");
        if (File.Exists(ExtensionStamp))
        {
            progress.Report(HasChanged("graincast--*.sql")
                ? "Refreshing the extension. Its SQL changed without a new version: a database that has it keeps the old functions, a new --data directory gets the new ones"
                : "Refreshing the extension");
        }
        Fingerprint.Refresh(_extension, ExtensionStamp, () =>
        {
            foreach (var directory in Directory.EnumerateDirectories(_extension))
            {
                FileTree.Overlay(directory, Path.Combine(_data.Server, Path.GetFileName(directory)));
            }
        });
        return isNewLibrary;
    }

    /// <summary>Whether files of this name are in the tree, but others.</summary>
    private bool HasChanged(string pattern) => Directory.EnumerateFiles(_extension, pattern, SearchOption.AllDirectories).Any(file =>
    {
        var installed = Path.Combine(_data.Server, Path.GetRelativePath(_extension, file));
        return File.Exists(installed) && !File.ReadAllBytes(installed).AsSpan().SequenceEqual(File.ReadAllBytes(file));
    });

    private string CheckedServer()
    {
        var postgres = Path.Combine(SystemBinaries, "postgres");
        return File.Exists(postgres)
            ? postgres
            : throw new GraincastException(SqlState.ObjectNotInState, $"{Version}, for which the extension was built, is not installed: no {postgres}.", "Run `make deps`, then `make`.");
    }

    private void LinkLibraries()
    {
        var target = InTree(_config["PKGLIBDIR"]);
        Directory.CreateDirectory(target);
        foreach (var library in Directory.EnumerateFileSystemEntries(_config["PKGLIBDIR"]))
        {
            var link = Path.Combine(target, Path.GetFileName(library));
            if (!Path.Exists(link))
            {
                File.CreateSymbolicLink(link, library);
            }
        }
    }

    private string InTree(string absolute) => Path.Combine(_data.Server, absolute.TrimStart('/'));
}
