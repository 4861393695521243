using Graincast.Failures;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

/// <summary>The setting <c>graincast.traceparent</c>, as it goes over the socket.</summary>
public sealed class TraceParentTests(GraincastServer server)
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task A_traceparent_goes_before_each_call_as_the_golden_frame_and_none_goes_without_one()
    {
        using var silo = new FakeSilo(server);
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync($"SET graincast.socket = '{silo.SocketPath}'");
        await session.ExecuteAsync("SELECT * FROM pgml.stat_progress_train");
        Kinds(silo).ShouldBe([FrameKind.Hello, FrameKind.ListRuns]);
        silo.Forget();

        await session.ExecuteAsync($"SET graincast.traceparent = '{TraceParent}'");
        await session.ExecuteAsync("SELECT * FROM pgml.stat_progress_train");

        Kinds(silo).ShouldBe([FrameKind.TraceParent, FrameKind.ListRuns]);
        var trace = silo.Single(FrameKind.TraceParent);
        var stream = FrameHeader.Read(silo.Single(FrameKind.ListRuns)).Stream;
        trace.ShouldBe(GoldenFrames.Read("trace_parent", stream));
        silo.Forget();
        await session.ExecuteAsync("SET graincast.traceparent = ''");
        await session.ExecuteAsync("SELECT * FROM pgml.stat_progress_train");
        Kinds(silo).ShouldBe([FrameKind.ListRuns]);
    }

    [Theory]
    [InlineData("trace")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-")]
    public async Task A_traceparent_that_is_none_is_refused(string value)
    {
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync("SELECT pgml.version()");

        var error = await session.FailAsync($"SET graincast.traceparent = '{value}'");

        error.SqlState.ShouldBe("22023");
        error.Hint.ShouldNotBeNull().ShouldContain("W3C traceparent");
    }

    private static IEnumerable<FrameKind> Kinds(FakeSilo silo) => silo.Frames.Select(frame => FrameHeader.Read(frame).Kind);
}
