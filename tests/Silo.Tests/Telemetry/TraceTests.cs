using System.Collections.Concurrent;
using System.Diagnostics;
using Graincast.Gateway;
using Graincast.Training;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

public sealed class TraceTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public void A_training_is_one_trace_from_the_call_to_the_published_image()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is GraincastActivity.SourceName or "Microsoft.Orleans.Application",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        using var backend = TestBackend.Connect(gateway.Path);
        backend.Begin(1, project: "traced");
        backend.ReceiveLast<RunBegun>();
        backend.Feed(1, TrainingCalls.Numbers(100));
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(1, 100), TrainingCalls.Call);
        backend.ReceiveLast<Fitted>();

        Activity train = spans.Single(span => span.OperationName == "train" && (string?)span.GetTagItem("graincast.project") == "traced");
        Activity[] Trace() => [.. spans.Where(span => span.TraceId == train.TraceId && span.Source.Name == GraincastActivity.SourceName)];
        // The answer is sent before the grain's own span ends.
        SpinWait.SpinUntil(() => Trace().Any(span => span.OperationName == "fit"), TimeSpan.FromSeconds(5)).ShouldBeTrue();
        Activity[] trace = Trace();
        trace.Select(span => span.OperationName).Order().ShouldBe(["begin", "feed", "fit", "publish", "train"]);
        trace.Single(span => span.OperationName == "feed").GetTagItem("graincast.rows").ShouldBe(100L);
    }
}
