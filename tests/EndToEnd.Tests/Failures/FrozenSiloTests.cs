using System.Diagnostics;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A silo that is there and does nothing: SIGSTOP.</summary>
[Collection(FailureCollection.Name)]
public sealed class FrozenSiloTests(GraincastServer server, ITestOutputHelper output)
{
    private const string Predict = "SELECT pgml.predict('quick', ARRAY[0.25, 0.5]::real[])";
    private const int TimeoutMs = 500;

    /// <summary>Twice: the Hello of a new connection has the limit, and so has the call.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(2 * TimeoutMs) + TimeSpan.FromMilliseconds(500);

    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task Mapped_images_answer_calls_end_in_time_and_a_thawed_silo_works_on()
    {
        await _trainings.PrepareAsync();
        await using var mapped = await Session.OpenAsync(server);
        await mapped.ExecuteAsync(Trainings.Quick);
        var answer = await mapped.ScalarAsync<float>(Predict);
        await using var newcomer = await Session.OpenAsync(server);
        foreach (var session in new[] { mapped, newcomer })
        {
            await session.ExecuteAsync($"SET graincast.timeout_ms = {TimeoutMs}");
        }
        using (Freeze())
        {
            (await mapped.ScalarAsync<float>(Predict)).ShouldBe(answer);

            foreach (var session in new[] { mapped, newcomer })
            {
                var clock = Stopwatch.StartNew();
                var error = await session.FailAsync(Trainings.Quick);
                output.WriteLine($"BeginRun: {error.SqlState} {error.MessageText} after {clock.Elapsed.TotalMilliseconds:F0} ms");
                error.SqlState.ShouldBe(SqlState.ConnectionLost);
                error.MessageText.ShouldContain($"{TimeoutMs} ms");
                error.Hint.ShouldNotBeNull().ShouldContain("graincast.timeout_ms");
                clock.Elapsed.ShouldBeWithin(Limit);
            }

            server.RemoveImages();
            var opening = Stopwatch.StartNew();
            (await newcomer.ScalarAsync<float>(Predict)).ShouldBe(answer);
            output.WriteLine($"Open: answered from the catalog after {opening.Elapsed.TotalMilliseconds:F0} ms");
            opening.Elapsed.ShouldBeWithin(Limit);
            newcomer.Warnings.ShouldHaveSingleItem().Detail.ShouldNotBeNull().ShouldContain($"{TimeoutMs} ms");
            (await mapped.ScalarAsync<float>(Predict)).ShouldBe(answer);
        }

        await mapped.ExecuteAsync(Trainings.Quick);
        await newcomer.ExecuteAsync(Trainings.Quick);
    }

    [Fact]
    public async Task A_feed_to_a_silo_that_takes_nothing_any_more_ends_in_time_and_names_the_node()
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        // A silo that is only slow, on a busy machine, takes rows within this time.
        const int timeoutMs = 3000;
        await session.ExecuteAsync($"SET graincast.timeout_ms = {timeoutMs}");
        var failure = await _trainings.StartAsync(session, TrainingPhase.Feed);
        using (Freeze())
        {
            var clock = Stopwatch.StartNew();

            var error = await failure;

            output.WriteLine($"{error.SqlState} {error.MessageText} after {clock.Elapsed.TotalMilliseconds:F0} ms");
            error.SqlState.ShouldBe(SqlState.ConnectionLost);
            error.MessageText.ShouldBe($"the Graincast silo of node 0 did not take what was sent to it within {timeoutMs} ms");
            error.Hint.ShouldNotBeNull().ShouldContain("graincast.timeout_ms");
            clock.Elapsed.ShouldBeWithin(TimeSpan.FromMilliseconds(timeoutMs + 1500));
        }
        await session.MustLiveOnAsync();
    }

    [Theory, InlineData(TrainingPhase.Feed), InlineData(TrainingPhase.Fit)]
    public async Task A_cancel_is_heard_while_a_frozen_silo_neither_takes_rows_nor_answers(TrainingPhase phase)
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        await using var other = await Session.OpenAsync(server);
        var before = await _trainings.CountCatalogAsync();
        var failure = await _trainings.StartAsync(session, phase);
        using (Freeze())
        {
            // The socket's buffer is full when the backend waits in the extension.
            await Wait.UntilAsync("the backend waits for the silo", async () => await other.ScalarAsync<bool>(
                "SELECT coalesce(wait_event_type = 'Extension', false) FROM pg_stat_activity WHERE pid = $1", session.Pid));
            var clock = Stopwatch.StartNew();

            await other.ScalarAsync<bool>("SELECT pg_cancel_backend($1)", session.Pid);
            var error = await failure;

            output.WriteLine($"{phase}: the error came {clock.Elapsed.TotalMilliseconds:F0} ms after the signal");
            clock.Elapsed.ShouldBeWithin(Trainings.Limit);
            error.SqlState.ShouldBe(SqlState.QueryCanceled);
        }

        await _trainings.MustBeGoneAsync(Stopwatch.StartNew(), 2 * Trainings.Limit);
        (await _trainings.CountCatalogAsync()).ShouldBe(before);
        await session.ExecuteAsync(Trainings.Quick);
    }

    private Thaw Freeze()
    {
        var pid = server.SiloPid;
        Signal.Send(pid, Signal.Stop);
        return new Thaw(pid);
    }

    /// <summary>Whatever the test finds, the silo goes on.</summary>
    private sealed class Thaw(int pid) : IDisposable
    {
        public void Dispose() => Signal.Send(pid, Signal.Continue);
    }
}
