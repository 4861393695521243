namespace Graincast.Placement;

/// <summary>The nodes beside which a silo runs now.</summary>
public interface INodes
{
    /// <summary>All but this silo's own.</summary>
    IReadOnlyList<string> Others { get; }
}
