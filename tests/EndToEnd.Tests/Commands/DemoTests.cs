using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_trains_five_kinds_of_models_and_its_second_run_takes_seconds()
    {
        await using var directory = new TestDirectory();

        var first = await Cli.GraincastAsync("demo", "--data", directory.Data);
        var second = await Cli.GraincastAsync("demo", "--data", directory.Data);

        foreach (var run in new[] { first, second })
        {
            run.ExitCode.ShouldBe(0, run.ToString());
            run.Output.ShouldNotContain('\u001b');
            foreach (var shown in new[] { "r2 ", "f1 ", "roc_auc ", "silhouette ", "cumulative_explained_variance ", "truth", "NOTICE: ", $"psql --data {directory.Data}" })
            {
                run.Output.ShouldContain(shown);
            }
        }
        first.Output.ShouldContain("pgml.digits: 1797 rows");
        second.Output.ShouldContain("pgml.digits is there already");
        second.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_demo_with_workers_trains_on_all_of_them_and_predicts_at_the_nodes_that_hold_the_rows()
    {
        Citus.Require();
        await using var directory = new TestDirectory();

        var first = await Cli.GraincastAsync("demo", "--data", directory.Data, "--workers", "2");
        var second = await Cli.GraincastAsync("demo", "--data", directory.Data);

        foreach (var run in new[] { first, second })
        {
            run.ExitCode.ShouldBe(0, run.ToString());
            // rows, nodes, seconds
            run.Output.ShouldMatch(@"\n21564 +2 +\d");
            // node, predictions, correct
            run.Output.ShouldMatch(@"\n1  +\d+  +\d+\n2  +\d+  +\d+\n");
        }
        second.Output.ShouldContain("pgml.scans is there already");
    }
}
