using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

public sealed class SpanFilterTests : IDisposable
{
    private readonly ActivitySource _npgsql = new("Npgsql");
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public SpanFilterTests()
    {
        ActivitySource.AddActivityListener(_listener);
        ActivitySource.AddActivityListener(SpanFilter.Listener);
    }

    [Fact]
    public void An_exception_that_Npgsql_adds_to_a_span_has_its_type_and_no_words()
    {
        using Activity span = _npgsql.StartActivity("postgresql")!;

        span.AddException(new InvalidOperationException("canary"));

        KeyValuePair<string, object?>[] tags = [.. span.Events.ShouldHaveSingleItem().Tags];
        tags.ShouldContain(new KeyValuePair<string, object?>("exception.type", typeof(InvalidOperationException).FullName));
        tags.ShouldNotContain(tag => tag.Value!.ToString()!.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public void An_exception_that_Orleans_writes_into_a_span_is_left_with_its_type_and_the_status()
    {
        using var filter = new SpanFilter();
        using Activity span = new Activity("ITrainerGrain/FitAsync").SetTag("exception.type", "T").SetTag("exception.message", "canary").SetTag("exception.stacktrace", "canary")
            .SetStatus(ActivityStatusCode.Error, "canary");

        filter.OnEnd(span);

        span.TagObjects.ShouldBe([new("exception.type", "T")]);
        (span.Status, span.StatusDescription).ShouldBe((ActivityStatusCode.Error, null));
    }

    [Fact]
    public void What_a_span_of_ours_says_of_its_failure_is_exported()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == GraincastActivity.SourceName, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var filter = new SpanFilter();
        using Activity span = GraincastActivity.Source.StartActivity(GraincastActivity.Fit)!;
        span.Fail("08006");
        span.Fail(SqlState.QueryCanceled);

        filter.OnEnd(span);

        (span.Status, span.StatusDescription).ShouldBe((ActivityStatusCode.Error, "fit failed: 08006"));
    }

    [Theory, InlineData("ITrainerGrain/DeliverAsync", false), InlineData("ITrainerGrain/FitAsync", true)]
    public void Packets_of_a_fit_are_not_exported(string name, bool exported)
    {
        using var filter = new SpanFilter();
        using var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };

        filter.OnEnd(span);

        span.Recorded.ShouldBe(exported);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _npgsql.Dispose();
    }
}
