namespace Graincast.Benchmarks.Reporting;

/// <summary>What the ratio of subject and baseline is to be; of a question without a baseline, the number itself.</summary>
internal sealed record Target(string Text, Func<double, bool> IsMet)
{
    public static Target TimesLess(double factor) => new($"{factor} times less", ratio => ratio <= 1 / factor);

    public static Target AtMost(double bound) => new($"≤ {bound}", ratio => ratio <= bound);

    public static Target AtLeast(double bound) => new($"≥ {bound}", ratio => ratio >= bound);
}
