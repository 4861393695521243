namespace Graincast.Placement;

/// <summary>The nodes of the whole, as this silo knows them.</summary>
public interface INodes
{
    /// <summary>The other nodes whose silos run now.</summary>
    IReadOnlyList<string> Others { get; }
}
