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
        Listen();
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Send(new TraceParent(_caller), TrainingCalls.Call);
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
        Listen();
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Send(new TraceParent(_caller), TrainingCalls.Call);
        backend.Send(new Open("alice", new byte[32]), TrainingCalls.Call);
        backend.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
        backend.Send(new Open("alice", new byte[32]), TrainingCalls.Call);
        backend.Receive<Error>();

        SpinWait.SpinUntil(() => Named(GraincastActivity.Open).Length == 1, TimeSpan.FromSeconds(5)).ShouldBeTrue();
        Activity open = Named(GraincastActivity.Open).Single();
        (open.ParentSpanId, open.Status, open.StatusDescription, open.GetTagItem(GraincastActivity.ErrorType)).ShouldBe((_caller.SpanId, ActivityStatusCode.Error, null, SqlState.UndefinedObject));
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
