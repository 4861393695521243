using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Graincast.Placement;

/// <summary>Picks the silo whose metadata names the node that the grain's key names.</summary>
public sealed class ShardLocalDirector(ISiloMetadataCache metadata) : IPlacementDirector
{
    /// <summary>The metadata key under which a silo names its node.</summary>
    public const string NodeMetadata = "graincast.node";

    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string node = NodeKey.Parse(target.GrainIdentity.Key.ToString()!).Node;
        foreach (SiloAddress silo in context.GetCompatibleSilos(target))
        {
            if (metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(NodeMetadata) == node)
            {
                return Task.FromResult(silo);
            }
        }

        throw new OrleansException($"no silo runs at node {node}; start it there with `graincast serve`");
    }
}
