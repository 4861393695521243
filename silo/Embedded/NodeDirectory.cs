using System.Text;

namespace Graincast.Embedded;

/// <summary>
/// Where a node's Postgres and silo are: for the coordinator, which may be the only node, at the data directory's top, for a worker below <c>nodes/</c>.
/// </summary>
public sealed class NodeDirectory
{
    /// <summary>The node that is always there; on Citus the coordinator, whose groupid is 0.</summary>
    public const int Coordinator = 0;

    // sizeof(sockaddr_un.sun_path) - 1.
    private const int MaxSocketPathBytes = 107;

    /// <summary>Names the folders of node <paramref name="number"/>; nothing is created yet.</summary>
    public NodeDirectory(DataDirectory data, int number)
    {
        ArgumentNullException.ThrowIfNull(data);
        Data = data;
        Number = number;
        var longest = Path.Combine(Run, ".s.PGSQL.65535");
        if (Encoding.UTF8.GetByteCount(longest) > MaxSocketPathBytes)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"The data directory's path is too long: {longest} has {Encoding.UTF8.GetByteCount(longest)} bytes, a Unix socket's path at most {MaxSocketPathBytes}.",
                "Choose a shorter path with --data.");
        }
    }

    public DataDirectory Data { get; }

    /// <summary>0 for the coordinator, 1 and up for workers; on Citus the groupid.</summary>
    public int Number { get; }

    /// <summary>What the silo calls its data directory.</summary>
    public string Top => Number == Coordinator ? Data.Root : Home(Data.Root, Number);

    public string Postgres => Path.Combine(Top, "postgres");

    /// <summary>Sockets and images, shared with the group of Postgres' user.</summary>
    public string Run => Path.Combine(Top, "run");

    public string Columns => Path.Combine(Top, "columns");

    public string Log => Path.Combine(Top, "log");

    public string SiloSocket => Path.Combine(Run, "graincast.sock");

    public string SiloConfig => Path.Combine(Home(Data.Root, Number), "silo.json");

    public string SiloPid => Path.Combine(Home(Data.Root, Number), "silo.pid");

    public string SiloLog => Path.Combine(Log, "silo.log");

    public string PostgresLog => Path.Combine(Log, "postgres.log");

    /// <summary>Whether Postgres was ever initialised here.</summary>
    public bool Exists => File.Exists(Path.Combine(Postgres, "PG_VERSION"));

    /// <summary>What is to be made before anything starts: path and mode.</summary>
    internal IEnumerable<(string Path, string Mode)> Folders => [(Home(Data.Root, Number), "0750"), (Log, "0750"), (Columns, "0700"), (Run, "2750")];

    /// <summary>The folder that every node has, with its silo's configuration and pid file.</summary>
    internal static string Home(string root, int number) => Path.Combine(root, "nodes", $"{number}");
}
