using Graincast.Models;

namespace Graincast.Projects;

/// <summary>At which node a row is.</summary>
public interface IKeyLocator
{
    /// <summary>
    /// The node whose Postgres holds the row with this key: the one of its shard; this one when the relation is everywhere, is not distributed, or has no shard that the
    /// key tells. Only a guess as to whether there is such a row.
    /// </summary>
    Task<string> NodeOfAsync(string database, FeatureSource source, RowKey key, CancellationToken cancellationToken);
}
