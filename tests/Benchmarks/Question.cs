namespace Graincast.Benchmarks;

/// <summary>One question: a subject against a baseline, in one unit.</summary>
/// <param name="Ask">The question, as a sentence.</param>
/// <param name="Unit">What the numbers are; less is better unless it says "/s".</param>
public sealed record Question(string Ask, string Unit, (string Name, Measurement Values) Subject, (string Name, Measurement Values)? Baseline = null)
{
    /// <summary>A line of the report's table.</summary>
    public override string ToString()
    {
        var baseline = Baseline is { } known ? Text(known.Values) : "–";
        var ratio = Baseline is { } against ? Ratio(Subject.Values.Median, against.Values.Median) : "–";
        return $"| {Ask} | {Subject.Name} {Text(Subject.Values)} {Unit} | {Baseline?.Name} {baseline} {(Baseline is null ? "" : Unit)} | {ratio} |";
    }

    private static string Ratio(double subject, double baseline) =>
        subject <= baseline ? $"**{Number(baseline / subject)} times less**" : $"**{Number(subject / baseline)} times as much**";

    private static string Text(Measurement values) => $"**{Number(values.Median)}** ± {values.Spread * 100:F0} %";

    private static string Number(double value) => value switch
    {
        >= 1000 => value.ToString("#,0"),
        >= 10 => value.ToString("F0"),
        >= 1 => value.ToString("F1"),
        _ => value.ToString("F2"),
    };
}
