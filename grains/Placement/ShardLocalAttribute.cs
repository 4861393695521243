using Orleans.Placement;
using Orleans.Runtime;

namespace Graincast.Placement;

/// <summary>Places a grain on the silo beside the Postgres node that its key names (<see cref="NodeKey"/>), never elsewhere.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ShardLocalAttribute() : PlacementAttribute(ShardLocalStrategy.Instance);

/// <summary>The strategy behind <see cref="ShardLocalAttribute"/>; the silo ring brings its director.</summary>
[Serializable, GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("graincast.shard-local")]
public sealed class ShardLocalStrategy : PlacementStrategy
{
    /// <summary>The one instance.</summary>
    public static ShardLocalStrategy Instance { get; } = new();
}
