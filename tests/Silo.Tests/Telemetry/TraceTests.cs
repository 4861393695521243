using System.Collections.Concurrent;
using System.Diagnostics;
using Graincast.Gateway;
using Graincast.Training;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

public sealed class TraceTests(RunningGateway gateway) : IClassFixture<RunningGateway>, IDisposable
{
    private const string Orleans = "Microsoft.Orleans.Application";
    private static readonly string[] Nodes = ["0", "1", "2"];

    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityContext _caller = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
    private ActivityListener? _listener;

    [Fact]
    public void A_training_on_three_nodes_is_one_trace_below_the_callers_span()
    {
        using TestBackend backend = ConnectTraced();
        backend.Begin(1, project: "traced");
        backend.ReceiveLast<RunBegun>();
        foreach (string node in Nodes)
        {
            // Sessions of other nodes, which were told of no trace.
            using var other = TestBackend.Connect(gateway.PathOf(node));
            other.Feed(1, TrainingCalls.Numbers(100));
            other.Receive<Acknowledged>();
        }

        backend.Send(new Fit(1, 300), TrainingCalls.Call);
        backend.ReceiveLast<Fitted>();

        // The answer is sent before the grains' own spans end.
        SpinWait.SpinUntil(() => Named(GraincastActivity.Fit).Length == 3 && Named(GraincastActivity.Train).Length == 1, TimeSpan.FromSeconds(5)).ShouldBeTrue();
        Activity train = Named(GraincastActivity.Train).Single();
        (train.ParentSpanId, train.Kind, train.GetTagItem(GraincastActivity.Project)).ShouldBe((_caller.SpanId, ActivityKind.Server, "traced"));
        Named(GraincastActivity.Begin).ShouldHaveSingleItem();
        foreach (Activity feed in Of(GraincastActivity.Feed))
        {
            (feed.ParentSpanId, feed.GetTagItem(GraincastActivity.Rows)).ShouldBe((train.SpanId, 100L));
        }

        Activity[] fits = Of(GraincastActivity.Fit);
        fits.ShouldAllBe(fit => Ancestors(fit).Contains(train.SpanId));
        foreach (string part in new[] { "preparing", "fitting", "evaluating", GraincastActivity.Publish })
        {
            Named(part).Select(span => span.ParentSpanId).ShouldBe(fits.Select(fit => fit.SpanId), ignoreOrder: true);
        }
    }

    [Fact]
    public void A_call_that_fails_says_its_SQLSTATE_and_the_next_one_has_a_trace_of_its_own()
    {
        using TestBackend backend = ConnectTraced();
        backend.Send(new Open("alice", new byte[32]), TrainingCalls.Call);
        backend.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
        backend.Send(new Open("alice", new byte[32]), TrainingCalls.Call);
        backend.Receive<Error>();

        SpinWait.SpinUntil(() => Named(GraincastActivity.Open).Length == 1, TimeSpan.FromSeconds(5)).ShouldBeTrue();
        Activity open = Named(GraincastActivity.Open).Single();
        (open.ParentSpanId, open.Status, open.StatusDescription, open.GetTagItem(GraincastActivity.ErrorType)).ShouldBe((_caller.SpanId, ActivityStatusCode.Error, "open failed: 42704", SqlState.UndefinedObject));
    }

    [Fact]
    public void A_training_that_fails_ends_its_spans_with_its_SQLSTATE_and_none_of_its_values()
    {
        using TestBackend backend = ConnectTraced();
        backend.Begin(2);
        backend.ReceiveLast<RunBegun>();
        backend.Feed(2, [8675309, double.NaN, .. TrainingCalls.Numbers(20)]);
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(2, 22), TrainingCalls.Call);
        Error error = backend.ReceiveLast<Error>().Last;

        MustFail(error.SqlState, GraincastActivity.Train, GraincastActivity.Fit, "preparing");
    }

    [Fact]
    public void A_training_that_is_refused_ends_its_spans_with_its_SQLSTATE()
    {
        using TestBackend backend = ConnectTraced();
        backend.Begin(3, algorithm: "canary");
        Error error = backend.Receive<Error>();

        MustFail(error.SqlState, GraincastActivity.Train, GraincastActivity.Begin);
    }

    [Fact]
    public void A_training_that_is_cancelled_while_it_fits_ends_its_spans_as_cancelled()
    {
        using TestBackend backend = ConnectTraced();
        backend.FitForLong(4);
        backend.Send(new Cancel(4), 0);

        MustFail(SqlState.QueryCanceled, GraincastActivity.Train, GraincastActivity.Fit);
    }

    [Fact]
    public void A_training_that_is_cancelled_while_it_is_fed_ends_its_spans_as_cancelled()
    {
        using TestBackend backend = ConnectTraced();
        backend.Begin(5);
        backend.ReceiveLast<RunBegun>();
        backend.Send(new BeginFeed(5), TrainingCalls.FeedStream);
        backend.Send(new Rows(1, [0, .. new byte[16]]), TrainingCalls.FeedStream);
        backend.Send(new Cancel(5), 0);

        MustFail(SqlState.QueryCanceled, GraincastActivity.Train, GraincastActivity.Feed);
    }

    [Fact]
    public void A_traceparent_that_is_none_breaks_the_protocol()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        byte[] frame = new WireWriter().Frame(new TraceParent(_caller), TrainingCalls.Call).ToArray();
        frame[^1] = (byte)'-';

        backend.SendBytes(frame);

        backend.Receive<Error>().SqlState.ShouldBe(SqlState.ProtocolViolation);
    }

    public void Dispose() => _listener?.Dispose();

    private void MustFail(string sqlState, params string[] spans)
    {
        SpinWait.SpinUntil(() => spans.All(span => Named(span).Length == 1), TimeSpan.FromSeconds(5)).ShouldBeTrue();
        foreach (string name in spans)
        {
            Activity span = Named(name).Single();
            (span.Status, span.StatusDescription, span.GetTagItem(GraincastActivity.ErrorType)).ShouldBe((ActivityStatusCode.Error, $"{name} failed: {sqlState}", sqlState));
        }
    }

    /// <summary>A backend whose first call belongs to the caller's trace, of which every span is kept.</summary>
    private TestBackend ConnectTraced()
    {
        Listen();
        var backend = TestBackend.Connect(gateway.Path);
        backend.Send(new TraceParent(_caller), TrainingCalls.Call);
        return backend;
    }

    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is GraincastActivity.SourceName or Orleans,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _caller.TraceId)
                {
                    _spans.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private Activity[] Named(string name) => [.. _spans.Where(span => span.Source.Name == GraincastActivity.SourceName && span.OperationName == name)];

    /// <summary>One a node.</summary>
    private Activity[] Of(string name)
    {
        Activity[] spans = Named(name);
        spans.Select(span => span.GetTagItem(GraincastActivity.Node)).ShouldBe(Nodes, ignoreOrder: true);
        return spans;
    }

    private IEnumerable<ActivitySpanId> Ancestors(Activity span)
    {
        for (Activity? one = span; one is not null; one = _spans.FirstOrDefault(other => other.SpanId == one.ParentSpanId))
        {
            yield return one.ParentSpanId;
        }
    }
}
