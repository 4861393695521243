using System.Diagnostics;
using Graincast.Failures;
using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A cluster whose silos are killed and frozen.</summary>
public sealed class LossyCluster : GraincastCluster;

/// <summary>
/// A silo is lost while others train with it: the caller's own, another one that is fed, or one that has no part in it. The session is told which one, and
/// nothing is left of the training.
/// </summary>
public sealed class SiloLostTests(LossyCluster cluster, ITestOutputHelper output) : IClassFixture<LossyCluster>
{
    private static readonly TimeSpan KilledLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FrozenLimit = TimeSpan.FromSeconds(10);

    private readonly ShardedTrainings _trainings = new(cluster);

    [Theory]
    [InlineData(TrainingPhase.Feed, 0, 0, Explicit = true)]
    [InlineData(TrainingPhase.Feed, 0, 2, Explicit = true)]
    [InlineData(TrainingPhase.Feed, 1, 1, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 0, 0, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 0, 2, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 1, 1, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 1, 2, Explicit = true)]
    public async Task A_killed_silo_ends_the_training_with_its_nodes_name(TrainingPhase phase, int caller, int killed)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var session = await Session.OpenAsync(cluster, node: caller);
        var before = await _trainings.CountCatalogAsync();
        var failure = await _trainings.StartAsync(session, caller, phase);

        var clock = Stopwatch.StartNew();
        await cluster.KillSiloAsync(killed);
        var error = await failure;

        Report($"{phase} from node {caller}, silo {killed} killed", clock, error);
        MustName(killed, error);
        clock.Elapsed.ShouldBeWithin(KilledLimit);
        await _trainings.MustBeGoneAsync(cluster.Nodes.Where(node => node != killed));
        await Wait.UntilAsync("the killed silo's child is gone", () => _trainings.WorkersOf(killed).Count == 0);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await MustTrainAgainAsync(session);
    }

    [Theory]
    [InlineData(TrainingPhase.Feed, 0, 0, Explicit = true)]
    [InlineData(TrainingPhase.Feed, 0, 2, Explicit = true)]
    [InlineData(TrainingPhase.Feed, 1, 1, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 0, 0, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 0, 2, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 1, 1, Explicit = true)]
    [InlineData(TrainingPhase.Fit, 1, 2, Explicit = true)]
    public async Task A_frozen_silo_ends_the_training_with_its_nodes_name_and_is_replaced_when_it_thaws(TrainingPhase phase, int caller, int frozen)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var session = await Session.OpenAsync(cluster, node: caller);
        var before = await _trainings.CountCatalogAsync();
        var failure = await _trainings.StartAsync(session, caller, phase);
        var replaced = Replacements.In(cluster.SiloLog(frozen));

        var clock = Stopwatch.StartNew();
        cluster.StopSilo(frozen);
        var error = await failure;

        Report($"{phase} from node {caller}, silo {frozen} frozen", clock, error);
        MustName(frozen, error);
        clock.Elapsed.ShouldBeWithin(FrozenLimit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await _trainings.MustBeGoneAsync(cluster.Nodes.Where(node => node != frozen));
        output.WriteLine($"… nothing left elsewhere after {clock.Elapsed.TotalMilliseconds:F0} ms");

        clock.Restart();
        cluster.ContinueSilo(frozen);
        await Wait.UntilAsync("the thawed silo has ended by itself", () => Replacements.In(cluster.SiloLog(frozen)) > replaced);

        output.WriteLine($"… ended {clock.Elapsed.TotalMilliseconds:F0} ms after it went on");
        await _trainings.MustBeGoneAsync([frozen]);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await MustTrainAgainAsync(session);
    }

    /// <summary>Whatever the test before has found.</summary>
    private async Task PrepareAsync()
    {
        await cluster.KillFrozenSilosAsync();
        await cluster.StartSilosAsync();
        await _trainings.PrepareAsync();
    }

    private static void MustName(int node, PostgresException error)
    {
        error.SqlState.ShouldBeOneOf([SqlState.ConnectionLost, SqlState.ConnectionFailure], error.ToString());
        // Whoever has only begun to connect knows the silo by its socket.
        new[] { $"node {node}", $"/nodes/{node}/" }.ShouldContain(name => error.MessageText.Contains(name, StringComparison.Ordinal), error.ToString());
        error.Hint.ShouldNotBeNullOrEmpty(error.ToString());
    }

    private void Report(string what, Stopwatch clock, PostgresException error) =>
        output.WriteLine($"{what}: after {clock.Elapsed.TotalMilliseconds:F0} ms {error.SqlState} {error.MessageText}");

    private async Task MustTrainAgainAsync(Session session)
    {
        await cluster.StartSilosAsync();
        await _trainings.MustBeGoneAsync(cluster.Nodes);
        await session.ExecuteAsync(ShardedTrainings.Quick);
        (await session.ScalarAsync<int>("SELECT nodes FROM pgml.runs ORDER BY started_at DESC LIMIT 1")).ShouldBe(2);
    }
}
