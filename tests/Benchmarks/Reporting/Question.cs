namespace Graincast.Benchmarks.Reporting;

/// <summary>One question: a subject against a baseline, in one unit.</summary>
/// <param name="Ask">The question, as a sentence.</param>
/// <param name="Unit">What the numbers are.</param>
/// <param name="Subject">What is asked about.</param>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="Target">What the ratio is to be.</param>
internal sealed record Question(
    string Ask, string Unit, (string Name, Measurement Values) Subject, (string Name, Measurement Values)? Baseline = null, Target? Target = null)
{
    /// <summary>A line of the report's table, but for the run that it is of.</summary>
    public Line Line(string run)
    {
        var subject = Subject.Values.Median;
        var ratio = Baseline is { } known ? subject / known.Values.Median : subject;
        return new Line(
            Ask,
            $"{Subject.Name} {Text(Subject.Values)}",
            Baseline is { } other ? $"{other.Name} {Text(other.Values)}" : "–",
            Baseline is { } against ? Ratio(subject, against.Values.Median) : "–",
            Target is null ? "–" : $"{Target.Text}: {(Target.IsMet(ratio) ? "met" : "**missed**")}",
            run);
    }

    private static string Ratio(double subject, double baseline) =>
        subject == 0 || baseline == 0 ? $"**{Number(subject)} against {Number(baseline)}**"
        : Number(subject) == Number(baseline) ? "**as much**"
        : subject <= baseline ? $"**{Number(baseline / subject)} times less**"
        : $"**{Number(subject / baseline)} times as much**";

    private static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("#,0"),
        >= 10 => value.ToString("F0"),
        >= 1 => value.ToString("0.##"),
        _ => value.ToString("0.###"),
    };

    private string Text(Measurement values) => $"**{Number(values.Median)}**{(values.Spread == 0 ? "" : $" ± {values.Spread * 100:F0} %")} {Unit}";
}
