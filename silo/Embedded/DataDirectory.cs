namespace Graincast.Embedded;

/// <summary>Where everything of an embedded Graincast is: one directory, and in it a node, or a coordinator and its workers.</summary>
public sealed class DataDirectory
{
    /// <summary>As many workers as one machine is ever asked for.</summary>
    public const int MaxWorkers = 16;

    /// <summary>Names the directory at <paramref name="path"/>; nothing is created yet.</summary>
    public DataDirectory(string path)
    {
        Root = Path.GetFullPath(path);
        // Fails on a path that is too long.
        _ = Node(NodeDirectory.Coordinator);
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

    /// <summary>The key and certificate that the nodes of a cluster know each other by.</summary>
    public string NodeCertificate => Path.Combine(Root, "tls", "nodes.pem");

    /// <summary>Held while files or processes are changed.</summary>
    public string Lock => Path.Combine(Root, "lock");

    /// <summary>How many workers were ever made here, complete or not.</summary>
    public int Workers => Enumerable.Range(1, MaxWorkers).LastOrDefault(number => Directory.Exists(NodeDirectory.Home(Root, number)));

    /// <summary>The folders of one node.</summary>
    public NodeDirectory Node(int number) => new(this, number);
}
