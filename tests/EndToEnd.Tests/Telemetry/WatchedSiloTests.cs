using System.Text.RegularExpressions;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

/// <summary>What a silo tells of its work: enough to follow a call and to watch a node, and no value of a row.</summary>
public sealed partial class WatchedSiloTests(WatchedSilo silo) : IClassFixture<WatchedSilo>
{
    // Prometheus' own word for a scrape that came back.
    private static readonly string[] OfPrometheus = ["up"];

    private static readonly string Monitoring = Path.Combine(Cli.Repository, "k8s", "monitoring");

    [Fact]
    public void Calls_of_a_session_that_names_its_trace_are_below_it_whoever_answers_them()
    {
        var trace = Span.Read(silo.Output).Where(span => span.TraceId == WatchedSilo.TraceId).ToArray();
        var names = trace.ToDictionary(span => span.Id, span => span.Name);

        string[] ofCalls = ["train", "open", "predict by key"];
        trace.Where(span => ofCalls.Contains(span.Name)).Select(span => span.ParentId).Distinct().ShouldBe([WatchedSilo.ParentId]);
        new[] { "begin", "feed", "fit", "preparing", "fitting", "evaluating", "publish", "score" }.Concat(ofCalls).ShouldBeSubsetOf(names.Values);
        trace.Where(span => span.ParentId != WatchedSilo.ParentId).ShouldAllBe(span => names.ContainsKey(span.ParentId));
        names[trace.Single(span => span.Name == "feed").ParentId].ShouldBe("train");
        trace.Where(span => span.Name is "preparing" or "fitting" or "evaluating" or "publish").Select(span => names[span.ParentId]).Distinct().ShouldBe(["fit"]);
    }

    [Fact]
    public void Calls_of_a_session_that_names_none_begin_traces_of_their_own() =>
        Span.Read(silo.Output).Where(span => span.Name == "train").Select(span => (span.TraceId == WatchedSilo.TraceId, span.ParentId == "")).ShouldBe([(true, false), (false, true), (false, true)], ignoreOrder: true);

    [Fact]
    public void Failures_are_told_by_SQLSTATE()
    {
        var spans = Span.Read(silo.Output);

        spans.Where(span => span.Name == "predict by key" && span.Text.Contains("error.type: ", StringComparison.Ordinal)).Select(span => ErrorType().Match(span.Text).Groups[1].Value)
            .ShouldBe(["P0002", "22P02", "22003"]);
        silo.Metrics.ShouldContain("error_type=\"22P02\"");
    }

    [Fact]
    public void No_value_of_a_row_is_in_a_log_a_trace_or_a_metric()
    {
        // The callers were told: what is looked for was there to be leaked.
        WatchedSilo.Canaries.ShouldAllBe(canary => silo.Errors.Any(error => error.Contains(canary, StringComparison.Ordinal)));

        foreach (var canary in WatchedSilo.Canaries)
        {
            Lines(silo.Output, canary).ShouldBeEmpty();
            Lines(silo.Metrics, canary).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Metrics_have_units_and_descriptions()
    {
        var families = Families();

        families.ShouldNotBeEmpty();
        families.ShouldAllBe(family => silo.Metrics.Contains($"# HELP {family} ", StringComparison.Ordinal));
        families.Where(family => family.Contains("duration", StringComparison.Ordinal)).ShouldAllBe(family => family.EndsWith("_seconds", StringComparison.Ordinal));
    }

    [Fact]
    public void Alerts_and_dashboard_name_only_metrics_that_a_silo_has()
    {
        string[] served = [.. TypeLine().Matches(silo.Metrics).SelectMany(Series), .. OfPrometheus];
        string[] named = [.. Expressions().SelectMany(Promql.Metrics).Distinct()];

        named.Length.ShouldBeGreaterThan(10);
        named.Except(served).ShouldBeEmpty();
    }

    [Fact]
    public void README_lists_each_metric_and_each_span()
    {
        var readme = File.ReadAllText(Path.Combine(Cli.Repository, "README.md"));
        var telemetry = readme[readme.IndexOf("\n## Telemetry\n", StringComparison.Ordinal)..readme.IndexOf("\n## Errors\n", StringComparison.Ordinal)];

        Families().ShouldBe(MetricName().Matches(telemetry).Select(match => match.Groups[1].Value), ignoreOrder: true);
        Span.Read(silo.Output).Where(span => span.Text.Contains("    Name: Graincast\n", StringComparison.Ordinal))
            .Select(span => span.Name).Distinct().ShouldAllBe(name => telemetry.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private string[] Families() => [.. TypeLine().Matches(silo.Metrics).Select(match => match.Groups[1].Value).Where(name => name.StartsWith("graincast_", StringComparison.Ordinal)).Distinct()];

    private static IEnumerable<string> Series(Match type) => type.Groups[2].Value == "histogram"
        ? [$"{type.Groups[1].Value}_bucket", $"{type.Groups[1].Value}_sum", $"{type.Groups[1].Value}_count"]
        : [type.Groups[1].Value];

    private static IEnumerable<string> Expressions() =>
        Alert().Matches(File.ReadAllText(Path.Combine(Monitoring, "alerts.yaml"))).Concat(Panel().Matches(File.ReadAllText(Path.Combine(Monitoring, "dashboard.json"))))
            .Select(match => match.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string text, string word) => text.Split('\n').Where(line => line.Contains(word, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)\r?$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"error\.type: (\S+)")]
    private static partial Regex ErrorType();

    [GeneratedRegex(@"^\s+expr: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Panel();

    // In the first column.
    [GeneratedRegex(@"(?<=^\| (?:`\w+`, )?)`(graincast_\w+)`", RegexOptions.Multiline)]
    private static partial Regex MetricName();
}
