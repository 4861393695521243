using System.Diagnostics;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>The silo dies by SIGKILL, at work or idle, and comes back.</summary>
[Collection(FailureCollection.Name)]
public sealed class SiloKilledTests(GraincastServer server, ITestOutputHelper output)
{
    private const string Predict = "SELECT pgml.predict('quick', ARRAY[0.25, 0.5]::real[])";
    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task Predictions_go_on_without_a_silo_trainings_are_told_so_and_the_same_connections_train_when_it_is_back()
    {
        await _trainings.PrepareAsync();
        await using var trainer = await Session.OpenAsync(server);
        await using var trainedBefore = await Session.OpenAsync(server);
        await trainedBefore.ExecuteAsync(Trainings.Quick);
        var answer = await trainer.ScalarAsync<float>(Predict);
        await using var clients = await PgBench.StartAsync(server, clients: 4, Predict + ";");

        await server.KillSiloAsync();

        await using (var newcomer = await Session.OpenAsync(server))
        {
            (await newcomer.ScalarAsync<float>(Predict)).ShouldBe(answer);
            (await newcomer.ScalarAsync<bool>("SELECT shared FROM pgml.stat_models")).ShouldBeTrue();
            newcomer.Warnings.ShouldBeEmpty();
        }
        server.RemoveImages();
        await using (var newcomer = await Session.OpenAsync(server))
        {
            (await newcomer.ScalarAsync<float>(Predict)).ShouldBe(answer);
            (await newcomer.ScalarAsync<float>(Predict)).ShouldBe(answer);
            newcomer.Warnings.ShouldHaveSingleItem().MessageText.ShouldContain("read from the catalog");
        }
        foreach (var session in new[] { trainer, trainedBefore })
        {
            var error = await session.FailAsync(Trainings.Quick);
            error.SqlState.ShouldBe(SqlState.ConnectionFailure);
            error.Hint.ShouldNotBeNull().ShouldContain("graincast up");
            (await session.ScalarAsync<float>(Predict)).ShouldBe(answer);
        }

        await server.StartSiloAsync();

        await trainer.ExecuteAsync(Trainings.Quick);
        await trainedBefore.ExecuteAsync(Trainings.Quick);
        var report = await clients.StopAsync();
        output.WriteLine(report.ToString());
        report.Failed.ShouldBe(0, report.ToString());
        report.Processed.ShouldBeGreaterThan(1000, report.ToString());
    }

    [Theory, InlineData(TrainingPhase.Feed), InlineData(TrainingPhase.Fit)]
    public async Task A_silo_killed_in_a_training_leaves_nothing_of_it(TrainingPhase phase)
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        var before = await _trainings.CountCatalogAsync();
        var failure = await _trainings.StartAsync(session, phase);

        var clock = Stopwatch.StartNew();
        await server.KillSiloAsync();
        var error = await failure;

        output.WriteLine($"{phase}: the error came {clock.Elapsed.TotalMilliseconds:F0} ms after the kill");
        error.SqlState.ShouldBe(SqlState.ConnectionLost, error.ToString());
        await Wait.UntilAsync("the silo's child is gone", () => _trainings.Workers().Count == 0);
        clock.Elapsed.ShouldBeWithin(2 * Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await server.StartSiloAsync();
        Directory.EnumerateFiles(server.Columns, "*", SearchOption.AllDirectories).ShouldBeEmpty();
        await session.MustLiveOnAsync();
        await session.ExecuteAsync(Trainings.Quick);
    }
}
