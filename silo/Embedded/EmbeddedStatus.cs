namespace Graincast.Embedded;

/// <summary>What runs in a data directory.</summary>
/// <param name="Nodes">The coordinator and its workers, in order.</param>
/// <param name="IsCurrent">Whether the silos' files are those of the app that asks; null when there are none yet.</param>
public sealed record EmbeddedStatus(DataDirectory Data, IReadOnlyList<NodeStatus> Nodes, bool? IsCurrent)
{
    /// <summary>Whether everything runs.</summary>
    public bool IsRunning => Nodes.All(node => node.IsRunning);
}

/// <summary>What runs at a node.</summary>
/// <param name="PostgresPid">Null when Postgres does not run.</param>
/// <param name="PostgresPort">Null when it never ran.</param>
/// <param name="SiloPid">Null when the silo does not run or takes no connections.</param>
public sealed record NodeStatus(NodeDirectory Directory, int? PostgresPid, int? PostgresPort, int? SiloPid)
{
    /// <summary>Whether both run.</summary>
    public bool IsRunning => PostgresPid is not null && SiloPid is not null;
}
