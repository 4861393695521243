using System.Text.RegularExpressions;

namespace Graincast.Telemetry;

/// <summary>A span as <c>--console-traces</c> writes it.</summary>
public sealed partial record Span(string TraceId, string Id, string ParentId, string Name, string Text)
{
    public static IReadOnlyList<Span> Read(string output) => [.. output.Split("Activity.TraceId:").Skip(1).Select(Parse)];

    private static Span Parse(string text)
    {
        var fields = Field().Matches(text).ToLookup(match => match.Groups[1].Value, match => match.Groups[2].Value);
        return new Span(text.TrimStart().Split('\n')[0].Trim(), fields["SpanId"].Single(), fields["ParentSpanId"].SingleOrDefault(""), fields["DisplayName"].Single(), text);
    }

    [GeneratedRegex(@"^Activity\.(\w+): +(.*)$", RegexOptions.Multiline)]
    private static partial Regex Field();
}
