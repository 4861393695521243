using Xunit;

namespace Graincast.Nodes;

/// <summary>Beside no other tests: some measure seconds on three servers and their silos.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NodesCollection
{
    public const string Name = "Nodes";
}
