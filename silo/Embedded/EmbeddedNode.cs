using Npgsql;

namespace Graincast.Embedded;

/// <summary>One node: a Postgres and the silo beside it.</summary>
internal sealed class EmbeddedNode(NodeDirectory directory, SystemUser user)
{
    /// <summary>0 for the coordinator, which may be the only node.</summary>
    public int Number => directory.Number;

    public NodeDirectory Directory => directory;

    public PostgresServer Postgres { get; } = new(directory, user);

    public Silo Silo { get; } = new(directory, user);

    public NodeStatus Status => new(directory, Postgres.Pid, Postgres.Port, Silo.Pid is { } pid && Silo.Accepts ? pid : null);

    /// <summary>Connects to the database as its superuser.</summary>
    public NpgsqlConnectionStringBuilder AdminConnectionString => Postgres.ConnectionString(PostgresServer.Database, PostgresServer.Superuser);

    /// <summary>Connects to the database as the silo, to the tables of Orleans where this node has them.</summary>
    public string SiloConnectionString
    {
        get
        {
            var connection = Postgres.ConnectionString(PostgresServer.Database, PostgresServer.SiloRole);
            connection.SearchPath = "graincast";
            return connection.ConnectionString;
        }
    }

    /// <summary>Makes the folders that are missing.</summary>
    public void CreateDirectories()
    {
        foreach (var (path, mode) in directory.Folders)
        {
            if (!System.IO.Directory.Exists(path))
            {
                user.CreateDirectory(path, mode);
            }
        }
    }

    public override string ToString() => $"node {Number}";
}
