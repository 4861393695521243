using System.Diagnostics;
using Graincast.Scoring;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Nodes;

/// <summary>Training over several silos and servers, where Citus is and where it is not.</summary>
[Collection(NodesCollection.Name)]
public sealed class SeparateServersTests(SeparateServers nodes, ITestOutputHelper output) : IClassFixture<SeparateServers>
{
    private const string Long = """{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}""";

    private static readonly TimeSpan KilledLimit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Rows_fed_at_three_servers_make_one_model_that_every_node_has()
    {
        var fitted = await MustTrainAsync(600, 200, 100);

        foreach (var server in nodes.Servers)
        {
            using var model = ScoringModel.Open(Path.Combine(server.Images, Convert.ToHexStringLower(fitted.Image) + ".img"));
            model.Predict([500]).ShouldBe(1001, 1e-2f);
        }
    }

    [Fact]
    public async Task Rows_of_a_forest_are_gathered_at_one_node()
    {
        using var run = await nodes.BeginAsync("random_forest", """{"n_estimators": 5}""", 300, 300, 300);
        run.Fit();

        var fitted = run.Silo.Receive<Fitted>();

        (fitted.Rows, fitted.Nodes).ShouldBe((900, 3u));
        await MustBeGoneAsync(0, 1, 2);
    }

    [Fact]
    public async Task A_silo_killed_after_it_was_fed_is_named_when_the_fit_begins()
    {
        using var run = await nodes.BeginAsync("linear", "{}", 300, 300, 300);
        await nodes.Servers[2].KillSiloAsync();
        var clock = Stopwatch.StartNew();
        run.Fit();

        await MustNameAsync(run, node: 2, clock, KilledLimit);

        await MustBeGoneAsync(0, 1);
        await nodes.StartAsync();
        await MustTrainAsync(300, 300, 300);
    }

    [Theory, InlineData(Signal.Kill, 1, 5), InlineData(Signal.Stop, 2, 10)]
    public async Task A_silo_lost_while_it_fits_is_named_and_nothing_is_left(int signal, int node, int limitSeconds)
    {
        using var run = await nodes.BeginAsync("lightgbm", Long, 60_000, 60_000, 60_000);
        run.Fit();
        await Wait.UntilAsync("each node has its child", () => Enumerable.Range(0, 3).All(node => nodes.LeftAt(node).Any(left => left.StartsWith("process", StringComparison.Ordinal))));
        var pid = nodes.Servers[node].SiloPid;
        var replaced = Replacements.In(nodes.Servers[node].SiloLog);
        var clock = Stopwatch.StartNew();
        Signal.Send(pid, signal);
        try
        {
            await MustNameAsync(run, node, clock, TimeSpan.FromSeconds(limitSeconds));
            await MustBeGoneAsync([.. new[] { 0, 1, 2 }.Where(other => other != node)]);
        }
        finally
        {
            if (signal == Signal.Stop)
            {
                Signal.Send(pid, Signal.Continue);
            }
        }

        // One that was frozen ends by itself, and another one takes its place.
        await Wait.UntilAsync($"silo {pid} has ended", () => signal == Signal.Stop ? Replacements.In(nodes.Servers[node].SiloLog) > replaced : !Processes.IsAlive(pid));
        await nodes.StartAsync();
        await MustBeGoneAsync(node);
        await MustTrainAsync(300, 300, 300);
    }

    private async Task<Fitted> MustTrainAsync(params int[] rows)
    {
        using var run = await nodes.BeginAsync("linear", "{}", rows);
        run.Fit();
        var fitted = run.Silo.Receive<Fitted>();
        (fitted.Rows, fitted.Nodes).ShouldBe((rows.Sum(), (uint)rows.Length));
        await MustBeGoneAsync(0, 1, 2);
        return fitted;
    }

    private async Task MustNameAsync(SeparateServers.Run run, int node, Stopwatch clock, TimeSpan limit)
    {
        var error = await Task.Run(run.Silo.Receive<Error>, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        output.WriteLine($"after {clock.Elapsed.TotalMilliseconds:F0} ms {error.SqlState} {error.Message}");
        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.Message.ShouldContain($"node {node}");
        error.Hint.ShouldNotBeEmpty();
        clock.Elapsed.ShouldBeWithin(limit);
    }

    private async Task MustBeGoneAsync(params int[] at)
    {
        foreach (var node in at)
        {
            await Wait.UntilAsync($"nothing is left of the training at node {node}", () => nodes.LeftAt(node).Count == 0);
        }
    }
}
