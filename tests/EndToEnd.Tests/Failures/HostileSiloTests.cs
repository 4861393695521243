using System.Diagnostics;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>Whatever is at the other end of the socket: an error of SQL, and the session lives on.</summary>
[Collection(FailureCollection.Name)]
public sealed class HostileSiloTests(GraincastServer server) : IAsyncLifetime
{
    private const int TimeoutMs = 1000;
    private readonly FakeSilo _silo = new(server);

    public static TheoryData<string> Names => [.. HostileSilo.Cases.Keys];

    public async ValueTask InitializeAsync() => await new Trainings(server).PrepareAsync();

    public ValueTask DisposeAsync()
    {
        _silo.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory, MemberData(nameof(Names))]
    public async Task An_answer_that_no_silo_gives_is_an_error_and_the_session_trains_with_a_sane_silo(string name)
    {
        var hostile = HostileSilo.Cases[name];
        await using var session = await OpenAsync();
        _silo.Answer = call => Answer(call, FrameKind.BeginRun, hostile.Reply);
        var clock = Stopwatch.StartNew();

        var answer = await session.RunAsync(Trainings.Quick);

        answer.SqlState.ShouldBe(hostile.SqlState, answer.Text);
        clock.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(2));
        await session.MustLiveOnAsync();
        await MustTrainWithRealSiloAsync(session);
    }

    [Theory, InlineData((ushort)0), InlineData((ushort)2)]
    public async Task A_silo_of_another_version_is_refused(ushort version)
    {
        await using var session = await OpenAsync();
        _silo.Answer = call => Answer(call, FrameKind.Hello, hello => hello.Reply(new Welcome(version, 1, "0", "9.9.9")));

        (await session.RunAsync(Trainings.Quick)).SqlState.ShouldBe(SqlState.FeatureNotSupported);

        await MustTrainWithRealSiloAsync(session);
    }

    [Fact]
    public async Task A_silo_that_never_says_welcome_is_given_up_in_time()
    {
        await using var session = await OpenAsync();
        _silo.Answer = _ => { };
        var clock = Stopwatch.StartNew();

        (await session.RunAsync(Trainings.Quick)).SqlState.ShouldBe(SqlState.ConnectionLost);

        clock.Elapsed.ShouldBeWithin(TimeSpan.FromMilliseconds(3 * TimeoutMs));
        await MustTrainWithRealSiloAsync(session);
    }

    [Theory, InlineData(0L), InlineData(19_999L), InlineData(20_001L), InlineData(long.MaxValue)]
    public async Task Rows_that_a_silo_miscounts_fail_the_training(long acknowledged)
    {
        await using var session = await OpenAsync();
        _silo.Answer = call => Answer(call, FrameKind.EndFeed, end => end.Reply(new Acknowledged(acknowledged)));

        (await session.RunAsync(Trainings.Quick)).SqlState.ShouldBe(SqlState.ProtocolViolation);

        await MustTrainWithRealSiloAsync(session);
    }

    [Fact]
    public async Task A_training_whose_answer_stops_half_way_ends_in_time()
    {
        await using var session = await OpenAsync();
        _silo.Answer = call => Answer(call, FrameKind.Fit, fit => fit.ReplyBytes(fit.FrameOf(new Progress("half of this")).AsSpan(..20)));
        var clock = Stopwatch.StartNew();

        (await session.RunAsync(Trainings.Quick)).SqlState.ShouldBe(SqlState.ConnectionLost);

        clock.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(2));
        await MustTrainWithRealSiloAsync(session);
    }

    [Fact]
    public async Task Rows_that_nobody_takes_can_be_cancelled()
    {
        await using var session = await OpenAsync();
        using var never = new ManualResetEventSlim();
        _silo.Answer = call => Answer(call, FrameKind.BeginFeed, _ => never.Wait(TimeSpan.FromSeconds(30)));
        await session.MustSucceedAsync("SET graincast.timeout_ms = 10000");
        await session.MustSucceedAsync("SET statement_timeout = 1000");
        var clock = Stopwatch.StartNew();

        (await session.RunAsync(Trainings.LongFeed)).SqlState.ShouldBe(SqlState.QueryCanceled);

        clock.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(2));
        never.Set();
        await session.MustSucceedAsync("RESET statement_timeout");
        await MustTrainWithRealSiloAsync(session);
    }

    private static void Answer(FakeCall call, FrameKind kind, Action<FakeCall> special)
    {
        if (call.Kind == kind)
        {
            special(call);
            return;
        }
        call.Behave();
    }

    private async Task<PsqlSession> OpenAsync()
    {
        var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync($"SET graincast.socket = '{_silo.SocketPath}'; SET graincast.timeout_ms = {TimeoutMs}");
        return session;
    }

    private static async Task MustTrainWithRealSiloAsync(PsqlSession session)
    {
        await session.MustLiveOnAsync();
        await session.MustSucceedAsync("RESET graincast.socket; RESET graincast.timeout_ms");
        await session.MustSucceedAsync(Trainings.Quick);
    }
}
