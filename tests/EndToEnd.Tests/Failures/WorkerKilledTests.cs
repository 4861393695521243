using System.Diagnostics;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

[Collection(FailureCollection.Name)]
public sealed class WorkerKilledTests(GraincastServer server)
{
    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task A_killed_worker_costs_its_training_only_and_the_error_names_the_signal()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        var before = await _trainings.CountCatalogAsync();
        var silo = server.SiloPid;
        var failure = await _trainings.StartAsync(session, TrainingPhase.Fit);

        Signal.Send(_trainings.Workers().Single(), Signal.Kill);
        var clock = Stopwatch.StartNew();
        var error = await failure;

        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.MessageText.ShouldContain("signal 9");
        error.Hint.ShouldNotBeNullOrEmpty();
        await _trainings.MustBeGoneAsync(clock, Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        Processes.IsAlive(silo).ShouldBeTrue();
        server.SiloPid.ShouldBe(silo);
        await session.ExecuteAsync(Trainings.Quick);
    }

    [Fact]
    public async Task A_spare_worker_that_is_killed_costs_no_training()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync(Trainings.Quick);
        await Wait.UntilAsync("a spare worker is there", () => Processes.Children(server.SiloPid, "--spare").Length == 1);
        var spare = Processes.Children(server.SiloPid, "--spare").Single();

        Signal.Send(spare, Signal.Kill);
        await Wait.UntilAsync("the spare worker is gone", () => !Directory.Exists($"/proc/{spare}"));

        await session.ExecuteAsync(Trainings.Quick);
    }
}
