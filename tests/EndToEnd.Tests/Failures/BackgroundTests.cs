using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A training in the background whose silo dies by SIGKILL.</summary>
[Collection(FailureCollection.Name)]
public sealed class BackgroundTests(GraincastServer server)
{
    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task A_run_whose_silo_was_killed_has_failed_when_the_silo_is_back()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        var run = await session.ScalarAsync<long>($"SELECT {Trainings.LongFit.Replace("SELECT * FROM pgml.train(", "pgml.train_async(", StringComparison.Ordinal)}");
        await Wait.UntilAsync("a worker fits", () => _trainings.Workers().Count == 1);

        await server.KillSiloAsync();
        (await StatusAsync(session, run)).ShouldBe("in_progress ");
        await server.StartSiloAsync();

        await Wait.UntilAsync("the run has failed", async () => await StatusAsync(session, run) == "failed 08006");
        _trainings.Workers().ShouldBeEmpty();
        Directory.EnumerateFiles(server.Columns, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static Task<string> StatusAsync(Session session, long run) => session.ScalarAsync<string>("SELECT concat(status, ' ', error_sqlstate) FROM pgml.runs WHERE id = $1", run);
}
