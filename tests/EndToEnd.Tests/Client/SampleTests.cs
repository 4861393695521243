using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>The program that a newcomer starts beside the demo.</summary>
public sealed class SampleTests(GraincastServer server)
{
    [Fact]
    public async Task Flowers_trains_and_predicts_by_features_by_record_and_by_key()
    {
        var program = Path.Combine(Cli.Repository, "tests", "Samples", "Flowers", "bin", "Release", "net10.0", "Graincast.Samples.Flowers.dll");

        var result = await Cli.RunAsync(["dotnet", program, server.ConnectionString().ConnectionString]);

        result.ExitCode.ShouldBe(0, result.ToString());
        var lines = result.Output.Split('\n');
        lines.ShouldContain("read 150 rows, 4 features");
        lines.ShouldContain(line => line.StartsWith("model ", StringComparison.Ordinal) && line.Contains("lightgbm") && line.Contains("\"f1\""));
        lines.ShouldContain("by features: 0");
        lines.ShouldContain(line => line.StartsWith("by record: virginica, ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("by key 42: setosa, by model ", StringComparison.Ordinal) && line.EndsWith("at node 0", StringComparison.Ordinal));
    }
}
