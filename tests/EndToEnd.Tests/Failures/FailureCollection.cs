using Graincast.Servers;
using Xunit;

namespace Graincast.Failures;

/// <summary>One server of their own for all tests that break things, and one test at a time: some measure seconds.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FailureCollection : ICollectionFixture<GraincastServer>
{
    public const string Name = "Failures";
}
