namespace Graincast.Placement;

/// <summary>The nodes beside which a silo runs now.</summary>
public interface INodes
{
    /// <summary>This silo's own.</summary>
    string Own { get; }

    /// <summary>All but this silo's own.</summary>
    IReadOnlyList<string> Others { get; }

    /// <summary>This silo, as <see cref="IsLost"/> takes it: another one once it was restarted.</summary>
    string Silo { get; }

    /// <summary>Whether a silo is known to be dead, or to be about to end.</summary>
    bool IsLost(string silo);
}
