using Graincast.Gateway;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Training;

/// <summary>A run that was started goes on without its connection; every gateway tells what came of it, and ends it for its owner.</summary>
public sealed class BackgroundTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private const string Endless = """{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_started_run_outlives_its_connection_and_is_collected_anywhere()
    {
        using var other = TestBackend.Connect(gateway.PathOf("1"));
        using (var backend = TestBackend.Connect(gateway.Path))
        {
            Feed(backend, 300, 80);
            Collect(other, 300).ShouldBe(SqlState.ObjectInUse);
            backend.Send(new StartRun(300, 80), 0);
        }

        SpinWait.SpinUntil(() => Collect(other, 300) != SqlState.ObjectInUse, Limit).ShouldBeTrue();
        other.Send(new CollectRun(300), 5);
        other.Receive<Fitted>().Rows.ShouldBe(80);
        Directory.Exists(gateway.RowsOf(300)).ShouldBeFalse();
    }

    [Fact]
    public void A_started_run_that_fails_keeps_its_reason()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        Feed(backend, 310, 80);

        backend.Send(new StartRun(310, 81), 0);

        SpinWait.SpinUntil(() => Collect(backend, 310) != SqlState.ObjectInUse, Limit).ShouldBeTrue();
        Collect(backend, 310).ShouldBe(SqlState.ConnectionLost);
    }

    [Fact]
    public void Another_node_ends_a_run_for_its_owner_and_nobody_else()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        using var other = TestBackend.Connect(gateway.PathOf("2"));
        Feed(backend, 320, 100_000, "lightgbm", Endless);
        backend.Send(new StartRun(320, 100_000), 0);
        SpinWait.SpinUntil(() => gateway.WorkersOf(320).Count == 1, Limit).ShouldBeTrue();

        other.Send(new EndRun(320, "bob"), 6);
        other.Receive<Error>().SqlState.ShouldBe(SqlState.InsufficientPrivilege);
        End(other, 320).ShouldBeTrue();

        SpinWait.SpinUntil(() => gateway.WorkersOf(320).Count == 0 && !Directory.Exists(gateway.RowsOf(320)), Limit).ShouldBeTrue();
        SpinWait.SpinUntil(() => Collect(backend, 320) != SqlState.ObjectInUse, Limit).ShouldBeTrue();
        Collect(backend, 320).ShouldBe(SqlState.QueryCanceled);
        End(other, 320).ShouldBeFalse();
    }

    [Fact]
    public void A_run_that_is_ended_while_it_is_fed_or_waited_for_tells_so()
    {
        using var fed = TestBackend.Connect(gateway.Path);
        using var fitted = TestBackend.Connect(gateway.Path);
        using var other = TestBackend.Connect(gateway.PathOf("1"));
        Feed(fed, 330, 80);
        Feed(fitted, 331, 100_000, "lightgbm", Endless);
        fitted.Send(new Fit(331, 100_000), TrainingCalls.Call);
        SpinWait.SpinUntil(() => gateway.WorkersOf(331).Count == 1, Limit).ShouldBeTrue();

        End(other, 330).ShouldBeTrue();
        End(other, 331).ShouldBeTrue();

        fed.Feed(330, TrainingCalls.Numbers(80), stream: 3);
        fed.Receive<Error>().SqlState.ShouldBe(SqlState.QueryCanceled);
        Error error = fitted.ReceiveLast<Error>().Last;
        error.SqlState.ShouldBe(SqlState.QueryCanceled);
        error.Message.ShouldContain("331");
    }

    [Fact]
    public void A_run_that_nobody_knows_is_lost_and_cannot_be_ended()
    {
        using var backend = TestBackend.Connect(gateway.Path);

        Collect(backend, 340).ShouldBe(SqlState.ConnectionLost);
        End(backend, 340).ShouldBeFalse();
    }

    [Fact]
    public void A_run_of_another_database_is_not_under_way_in_this_one()
    {
        using var elsewhere = TestBackend.Silent(gateway.Path);
        elsewhere.Send(new Hello(FrameHeader.ProtocolVersion, FrameHeader.ProtocolVersion, 1, "elsewhere", "0.1.0"), 0);
        elsewhere.Receive<Welcome>();
        using var backend = TestBackend.Connect(gateway.Path);
        Feed(backend, 350, 80);

        End(elsewhere, 350).ShouldBeFalse();
    }

    private static void Feed(TestBackend backend, ulong run, int rows, string algorithm = "linear", string hyperparams = "{}")
    {
        backend.Begin(run, algorithm, hyperparams);
        backend.ReceiveLast<RunBegun>();
        backend.Feed(run, rows > 1000 ? Enumerable.Range(0, rows).Select(i => Math.Sin(i)) : TrainingCalls.Numbers(rows));
        backend.Receive<Acknowledged>().Rows.ShouldBe(rows);
    }

    /// <summary>The SQLSTATE of the answer; empty when it is a result.</summary>
    private static string Collect(TestBackend backend, ulong run)
    {
        backend.Send(new CollectRun(run), 4);
        return backend.ReceiveEither<Fitted, Error>() is Error error ? error.SqlState : "";
    }

    private static bool End(TestBackend backend, ulong run)
    {
        backend.Send(new EndRun(run, "alice"), 7);
        return backend.Receive<RunEnded>().WasUnderWay;
    }
}
