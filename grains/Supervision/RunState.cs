namespace Graincast.Supervision;

/// <summary>What survives of a run when its silo dies: enough to clean up after it.</summary>
[GenerateSerializer, Alias("graincast.run-state")]
public sealed class RunState
{
    /// <summary>The nodes whose trainers hold rows; empty when the run is over.</summary>
    [Id(0)]
    public List<string> Nodes { get; set; } = [];
}
