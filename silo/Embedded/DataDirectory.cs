using System.Text;

namespace Graincast.Embedded;

/// <summary>Where everything of an embedded Graincast is. One directory, one Postgres, one silo.</summary>
public sealed class DataDirectory
{
    // sizeof(sockaddr_un.sun_path) - 1.
    private const int MaxSocketPathBytes = 107;

    /// <summary>Names the directory at <paramref name="path"/>; nothing is created yet.</summary>
    public DataDirectory(string path)
    {
        Root = Path.GetFullPath(path);
        var longest = Path.Combine(Run, ".s.PGSQL.65535");
        if (Encoding.UTF8.GetByteCount(longest) > MaxSocketPathBytes)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"The data directory's path is too long: {longest} has {Encoding.UTF8.GetByteCount(longest)} bytes, a Unix socket's path at most {MaxSocketPathBytes}.",
                "Choose a shorter path with --data.");
        }
    }

    /// <summary><c>/var/lib/graincast</c> for root, <c>$XDG_DATA_HOME/graincast</c> for everyone else.</summary>
    public static string Default => Environment.IsPrivilegedProcess
        ? "/var/lib/graincast"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "graincast");

    public string Root { get; }

    /// <summary>The copy of the published app that runs; a rebuild of the original cannot pull files from under it.</summary>
    public string App => Path.Combine(Root, "app");

    /// <summary>The private tree of Postgres' programs, under their own absolute paths.</summary>
    public string Server => Path.Combine(Root, "server");

    public string Postgres => Path.Combine(Root, "postgres");

    /// <summary>Node 0: the configuration and pid file of its silo.</summary>
    public string Node => Path.Combine(Root, "nodes", "0");

    /// <summary>Sockets and images, shared with the group of Postgres' user.</summary>
    public string Run => Path.Combine(Root, "run");

    public string Columns => Path.Combine(Root, "columns");

    public string Log => Path.Combine(Root, "log");

    public string SiloSocket => Path.Combine(Run, "graincast.sock");

    public string SiloConfig => Path.Combine(Node, "silo.json");

    public string SiloPid => Path.Combine(Node, "silo.pid");

    public string SiloLog => Path.Combine(Log, "silo.log");

    public string PostgresLog => Path.Combine(Log, "postgres.log");

    /// <summary>Held while files or processes are changed.</summary>
    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Whether Postgres was ever initialised here.</summary>
    public bool Exists => File.Exists(Path.Combine(Postgres, "PG_VERSION"));
}
