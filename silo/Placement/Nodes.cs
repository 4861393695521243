using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Graincast.Placement;

/// <inheritdoc cref="INodes"/>
public sealed class Nodes(ISiloStatusOracle silos, ISiloMetadataCache metadata) : INodes
{
    /// <inheritdoc/>
    public string Own => metadata.GetSiloMetadata(silos.SiloAddress).Metadata[ShardLocalDirector.NodeMetadata];

    /// <inheritdoc/>
    public IReadOnlyList<string> Others =>
    [
        .. silos.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Where(silo => !silo.Equals(silos.SiloAddress))
            .Select(silo => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(ShardLocalDirector.NodeMetadata))
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc/>
    public string Silo => silos.SiloAddress.ToParsableString();

    /// <inheritdoc/>
    public bool IsLost(string silo) => silos.GetApproximateSiloStatus(SiloAddress.FromParsableString(silo)).IsTerminating();
}
