using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A training in the background whose silo is killed or stopped.</summary>
[Collection(FailureCollection.Name)]
public sealed class BackgroundTests(GraincastServer server)
{
    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task A_run_whose_silo_was_killed_has_failed_when_the_silo_is_back()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        var run = await FitInBackgroundAsync(session);

        await server.KillSiloAsync();
        (await StatusAsync(session, run)).ShouldBe("in_progress ");
        await server.StartSiloAsync();

        await Wait.UntilAsync("the run has failed", async () => await StatusAsync(session, run) == "failed 08006");
        _trainings.Workers().ShouldBeEmpty();
        Directory.EnumerateFiles(server.Columns, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silo_that_is_stopped_writes_before_it_leaves_that_its_run_has_failed()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        var run = await FitInBackgroundAsync(session);

        var silo = server.SiloPid;
        Signal.Send(silo, Signal.Terminate);
        await Wait.UntilAsync($"the stopped silo {silo} is gone", () => !Processes.IsAlive(silo));

        (await StatusAsync(session, run)).ShouldBe($"failed {SqlState.AdminShutdown}");
        (await session.ScalarAsync<string>("SELECT concat(error_message, ' ', error_hint) FROM pgml.runs WHERE id = $1", run)).ShouldBe(
            $"training run {run} was ended because the silo at node 0 was stopped Nothing was written. Start it again when the silo is back.");
        _trainings.Workers().ShouldBeEmpty();
        await server.StartSiloAsync();
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.stat_progress_train")).ShouldBe(0);
    }

    /// <summary>Returns the run's id when its worker fits.</summary>
    private async Task<long> FitInBackgroundAsync(Session session)
    {
        var run = await session.ScalarAsync<long>($"SELECT {Trainings.LongFit.Replace("SELECT * FROM pgml.train(", "pgml.train_async(", StringComparison.Ordinal)}");
        await Wait.UntilAsync("a worker fits", () => _trainings.Workers().Count == 1);
        return run;
    }

    private static Task<string> StatusAsync(Session session, long run) => session.ScalarAsync<string>("SELECT concat(status, ' ', error_sqlstate) FROM pgml.runs WHERE id = $1", run);
}
