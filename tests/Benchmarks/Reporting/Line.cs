namespace Graincast.Benchmarks.Reporting;

/// <summary>A line of a table of RESULTS.md.</summary>
internal sealed record Line(string Question, string Subject, string Baseline, string Ratio, string Target, string Run)
{
    public const string Head = "| question | Graincast | baseline | ratio | target | run |\n|---|---|---|---|---|---|";

    /// <summary>What another run's line must have in common to be replaced: the question and who is compared.</summary>
    public (string, string, string) Key => (Question, Name(Subject), Name(Baseline));

    public static Line? Parse(string text) => text.Trim('|', ' ').Split(" | ") is [var question, var subject, var baseline, var ratio, var target, var run] && question != "question"
        ? new Line(question, subject, baseline, ratio, target, run)
        : null;

    public override string ToString() => $"| {Question} | {Subject} | {Baseline} | {Ratio} | {Target} | {Run} |";

    private static string Name(string cell) => cell.Split(" **")[0];
}
