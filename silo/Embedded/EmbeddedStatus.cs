namespace Graincast.Embedded;

/// <summary>What runs in a data directory.</summary>
/// <param name="PostgresPid">Null when Postgres does not run.</param>
/// <param name="PostgresPort">Null when it never ran.</param>
/// <param name="SiloPid">Null when the silo does not run or takes no connections.</param>
/// <param name="IsCurrent">Whether the silo's files are those of the app that asks; null when there are none yet.</param>
public sealed record EmbeddedStatus(DataDirectory Data, int? PostgresPid, int? PostgresPort, int? SiloPid, bool? IsCurrent)
{
    /// <summary>Whether both run.</summary>
    public bool IsRunning => PostgresPid is not null && SiloPid is not null;
}
