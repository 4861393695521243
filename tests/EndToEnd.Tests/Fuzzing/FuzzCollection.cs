using Graincast.Servers;
using Xunit;

namespace Graincast.Fuzzing;

/// <summary>One server for all of what follows; the end of it looks for crashes in its log.</summary>
[CollectionDefinition(Name)]
public sealed class FuzzCollection : ICollectionFixture<GraincastServer>
{
    public const string Name = "Fuzzing";
}
