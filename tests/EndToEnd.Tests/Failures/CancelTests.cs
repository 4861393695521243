using System.Diagnostics;
using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A training ends within a second of being told to, wherever it is.</summary>
[Collection(FailureCollection.Name)]
public sealed class CancelTests(GraincastServer server, ITestOutputHelper output) : IAsyncLifetime
{
    private const string AdminShutdown = "57P01";
    private readonly Trainings _trainings = new(server);

    public async ValueTask InitializeAsync() => await _trainings.PrepareAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory, InlineData(TrainingPhase.Feed), InlineData(TrainingPhase.Fit)]
    public async Task A_cancel_ends_a_training_within_a_second_and_the_session_trains_again(TrainingPhase phase)
    {
        await using var session = await Session.OpenAsync(server);
        var (error, clock, before) = await EndAsync(session, phase, "SELECT pg_cancel_backend($1)");

        error.SqlState.ShouldBe(SqlState.QueryCanceled);
        await _trainings.MustBeGoneAsync(clock, Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await session.MustLiveOnAsync();
        await session.ExecuteAsync(Trainings.Quick);
        await TrainOnAnotherAsync();
    }

    [Theory, InlineData(TrainingPhase.Feed), InlineData(TrainingPhase.Fit)]
    public async Task A_termination_ends_a_training_within_a_second_and_others_train_on(TrainingPhase phase)
    {
        await using var session = await Session.OpenAsync(server);
        var (error, clock, before) = await EndAsync(session, phase, "SELECT pg_terminate_backend($1)");

        error.SqlState.ShouldBe(AdminShutdown);
        await _trainings.MustBeGoneAsync(clock, Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await TrainOnAnotherAsync();
    }

    [Theory, InlineData(TrainingPhase.Feed), InlineData(TrainingPhase.Fit)]
    public async Task A_statement_timeout_ends_a_training_within_a_second_and_the_session_trains_again(TrainingPhase phase)
    {
        var timeout = TimeSpan.FromSeconds(5);
        await using var session = await Session.OpenAsync(server);
        var before = await _trainings.CountCatalogAsync();
        await session.ExecuteAsync($"SET statement_timeout = '{timeout.TotalSeconds} s'");
        var clock = Stopwatch.StartNew();
        var failure = await _trainings.StartAsync(session, phase);

        var error = await failure;

        output.WriteLine($"{phase}: the error came {(clock.Elapsed - timeout).TotalMilliseconds:F0} ms after the timeout");
        error.SqlState.ShouldBe(SqlState.QueryCanceled);
        error.MessageText.ShouldContain("statement timeout");
        clock.Elapsed.ShouldBeWithin(timeout + Trainings.Limit);
        await _trainings.MustBeGoneAsync(clock, timeout + Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await session.MustLiveOnAsync();
        await session.ExecuteAsync("RESET statement_timeout");
        await session.ExecuteAsync(Trainings.Quick);
        await TrainOnAnotherAsync();
    }

    [Fact]
    public async Task A_client_that_vanishes_ends_its_training()
    {
        var before = await _trainings.CountCatalogAsync();
        using var psql = Process.Start(new ProcessStartInfo(Cli.Launcher, ["psql", "--data", server.Data, "--", "-Xqc", "SET client_connection_check_interval = 100", "-c", Trainings.LongFit])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await Wait.UntilAsync("a worker fits", () => _trainings.Workers().Count == 1);

        psql.Kill(entireProcessTree: true);
        var clock = Stopwatch.StartNew();

        // The backend is told by Postgres, each client_connection_check_interval, and by writing the next NOTICE.
        await _trainings.MustBeGoneAsync(clock, 3 * Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
    }

    private async Task<(PostgresException Error, Stopwatch SinceTheSignal, string CatalogBefore)> EndAsync(Session session, TrainingPhase phase, string end)
    {
        await using var other = await Session.OpenAsync(server);
        var before = await _trainings.CountCatalogAsync();
        var failure = await _trainings.StartAsync(session, phase);

        var clock = Stopwatch.StartNew();
        (await other.ScalarAsync<bool>(end, session.Pid)).ShouldBeTrue();
        var error = await failure;

        output.WriteLine($"{phase}: the error came {clock.Elapsed.TotalMilliseconds:F0} ms after the signal");
        clock.Elapsed.ShouldBeWithin(Trainings.Limit);
        return (error, clock, before);
    }

    private async Task TrainOnAnotherAsync()
    {
        await using var another = await Session.OpenAsync(server);
        await another.ExecuteAsync(Trainings.Quick);
    }
}
