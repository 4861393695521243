using System.Text.RegularExpressions;

namespace Graincast.Telemetry;

/// <summary>Which metrics an expression of Prometheus reads.</summary>
public static partial class Promql
{
    private static readonly string[] Words = ["and", "or", "unless", "bool", "offset", "inf", "nan"];

    /// <summary>Names that are no function, no keyword, no label and no duration.</summary>
    public static IEnumerable<string> Metrics(string expression) => Name().Matches(NoMetric().Replace(expression, " ")).Select(match => match.Value).Except(Words);

    // Texts; selectors of labels; durations; lists of labels.
    [GeneratedRegex("""
        "[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)
        """)]
    private static partial Regex NoMetric();

    [GeneratedRegex(@"(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])")]
    private static partial Regex Name();
}
