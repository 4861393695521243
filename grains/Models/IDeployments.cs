namespace Graincast.Models;

/// <summary>Which model answers for a project, as this node's Postgres says.</summary>
public interface IDeployments
{
    /// <summary>
    /// The project, null when there is none. At most 100 ms old while that Postgres answers. Its deployment is <paramref name="since"/> or a newer one: waits up to two
    /// seconds for a commit that this node has not seen yet, then 40001.
    /// </summary>
    ValueTask<ProjectState?> FindAsync(string database, string project, long since, CancellationToken cancellationToken);

    /// <summary>The project as that Postgres says now, null when there is none.</summary>
    ValueTask<ProjectState?> FindNowAsync(string database, string project, CancellationToken cancellationToken);
}

/// <summary>A project as committed rows say.</summary>
/// <param name="Users">Names of roles: the owner, then those that may predict besides.</param>
/// <param name="Deployment">Null when nothing is deployed.</param>
/// <param name="Source">Null when none was created.</param>
public sealed record ProjectState(IReadOnlyList<string> Users, Deployment? Deployment, FeatureSource? Source);

/// <summary>The relation from which predictions by key read.</summary>
/// <param name="Id">Another one once it was created anew.</param>
/// <param name="Relation">Schema and name, quoted where they must be.</param>
/// <param name="KeyColumns">Unquoted.</param>
public sealed record FeatureSource(long Id, string Relation, IReadOnlyList<string> KeyColumns);
