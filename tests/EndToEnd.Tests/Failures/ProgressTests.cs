using System.Diagnostics;
using Graincast.Servers;
using Graincast.Supervision;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>The view pgml.stat_progress_train when trainings end badly, and when what answers for it is no silo.</summary>
[Collection(FailureCollection.Name)]
public sealed class ProgressTests(GraincastServer server)
{
    private const string View = "SELECT * FROM pgml.stat_progress_train";
    private readonly Trainings _trainings = new(server);

    [Theory, InlineData(TrainingPhase.Feed, "feeding"), InlineData(TrainingPhase.Fit, "fitting")]
    public async Task A_training_is_seen_in_its_phase_until_it_is_cancelled(TrainingPhase phase, string name)
    {
        await _trainings.PrepareAsync();
        await using var session = await Session.OpenAsync(server);
        await using var watcher = await Session.OpenAsync(server);

        var failure = await _trainings.StartAsync(session, phase);
        var line = await watcher.LinesAsync("SELECT concat_ws(' ', project, phase, node, rows >= 20000, iteration > 0) FROM pgml.stat_progress_train");
        line.ShouldBe(phase == TrainingPhase.Fit ? $"long {name} 0 t t" : $"long {name} 0 t");
        await watcher.ScalarAsync<bool>("SELECT pg_cancel_backend($1)", session.Pid);
        (await failure).SqlState.ShouldBe(SqlState.QueryCanceled);

        await Wait.UntilAsync("it is not under way any more", async () => await watcher.ScalarAsync<long>("SELECT count(*) FROM pgml.stat_progress_train") == 0);
    }

    [Fact]
    public async Task A_list_that_does_not_come_is_given_up_by_a_cancel_and_in_time()
    {
        using var silo = new FakeSilo(server) { Answer = call => Answer(call, _ => { }) };
        await using var session = await Session.OpenAsync(server);
        await using var other = await Session.OpenAsync(server);
        await session.ExecuteAsync($"SET graincast.socket = '{silo.SocketPath}'; SET graincast.timeout_ms = '60s'");

        var failure = session.FailAsync(View);
        await Wait.UntilAsync("the backend has asked", () => silo.Frames.Any(frame => frame[4] == (byte)FrameKind.ListRuns));
        var clock = Stopwatch.StartNew();
        await other.ScalarAsync<bool>("SELECT pg_cancel_backend($1)", session.Pid);
        (await failure).SqlState.ShouldBe(SqlState.QueryCanceled);
        clock.Elapsed.ShouldBeWithin(Trainings.Limit);

        await session.ExecuteAsync("SET graincast.timeout_ms = 300");
        var late = await session.FailAsync(View);
        late.SqlState.ShouldBe(SqlState.ConnectionLost);
        late.Hint.ShouldNotBeNull().ShouldContain("graincast.timeout_ms");
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0 p|fitting|0|7|3|00:00:01")]
    [InlineData(100_000, "99999 p|fitting|0|7|3|00:00:01")]
    public async Task Every_line_of_a_long_list_is_shown(int lines, string last)
    {
        using var silo = new FakeSilo(server)
        {
            Answer = call => Answer(call, list => list.Reply(new RunList([.. Enumerable.Range(0, lines).Select(i => new RunProgress((ulong)i, "", "p", "0", "fitting", 7, 3, 1000))]))),
        };
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync($"SET graincast.socket = '{silo.SocketPath}'");

        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.stat_progress_train")).ShouldBe(lines);
        (await session.LinesAsync("SELECT concat(run, ' ', concat_ws('|', project, phase, node, rows, iteration, elapsed)) FROM pgml.stat_progress_train ORDER BY run DESC LIMIT 1")).ShouldBe(last);
    }

    [Theory]
    [InlineData("00000000", "00000")]
    [InlineData("01000000", SqlState.ProtocolViolation)]
    [InlineData("ffffffff", SqlState.ProtocolViolation)]
    [InlineData("", SqlState.ProtocolViolation)]
    [InlineData("0000000000", SqlState.ProtocolViolation)]
    [InlineData("01000000 ffffffffffffffff 00000000 00000000 00000000 ffffffffffffffff ffffffffffffffff ffffffffffffffff", "00000")]
    [InlineData("01000000 0100000000000000 ffffffff 00000000 00000000 0000000000000000 0000000000000000 0000000000000000", SqlState.ProtocolViolation)]
    [InlineData("01000000 0100000000000000 0100000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000", SqlState.ProtocolViolation)]
    [InlineData("01000000 0100000000000000 01000000ff 00000000 00000000 0000000000000000 0000000000000000 0000000000000000", "22021")]
    [InlineData("02000000 0100000000000000 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000", SqlState.ProtocolViolation)]
    public async Task A_list_that_no_silo_gives_is_an_error_or_lines_and_the_session_lives_on(string payload, string state)
    {
        using var silo = new FakeSilo(server) { Answer = call => Answer(call, list => list.ReplyBytes(Frame(list, Convert.FromHexString(payload.Replace(" ", ""))))) };
        await using var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync($"SET graincast.socket = '{silo.SocketPath}'; SET graincast.timeout_ms = 1000");

        var answer = await session.RunAsync(View);

        answer.SqlState.ShouldBe(state, answer.Text);
        await session.MustLiveOnAsync();
        await session.MustSucceedAsync("RESET graincast.socket; RESET graincast.timeout_ms");
        (await session.MustSucceedAsync(View)).ShouldBeEmpty();
    }

    private static void Answer(FakeCall call, Action<FakeCall> list)
    {
        if (call.Kind == FrameKind.ListRuns)
        {
            list(call);
            return;
        }
        call.Behave();
    }

    private static byte[] Frame(FakeCall call, byte[] payload)
    {
        var frame = new byte[FrameHeader.SizeBytes + payload.Length];
        new FrameHeader(payload.Length, FrameKind.RunList, call.Header.Stream).Write(frame);
        payload.CopyTo(frame, FrameHeader.SizeBytes);
        return frame;
    }
}
