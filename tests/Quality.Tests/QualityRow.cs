using System.Globalization;

namespace Graincast.Tests.Quality;

/// <summary>A line of QUALITY.md.</summary>
/// <param name="Counterpart">Library, version, estimator, settings.</param>
/// <param name="Ours">Our key metric, seed by seed.</param>
/// <param name="Theirs">Theirs.</param>
internal sealed record QualityRow(string Task, string Dataset, string Algorithm, string Counterpart, double[] Ours, double[] Theirs)
{
    /// <summary>Our mean may be worse than theirs by this much.</summary>
    public const double Margin = 0.02;

    /// <summary>After the point: all that the page has.</summary>
    public const int Digits = 4;

    public string Name => $"{Task}/{Algorithm}/{Dataset}";

    /// <summary>Of the means over the seeds; negative = ours is worse.</summary>
    public double Difference => Ours.Average() - Theirs.Average();

    public bool IsWorse => Difference < -Margin;

    public static QualityRow Parse(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        return new QualityRow(cells[1], cells[2], cells[3], cells[4], Numbers(cells[9]), Numbers(cells[10]));
    }

    /// <summary>For people to read: means, difference, the worst seed's; then all numbers, and the reason where ours is worse.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Task} | {Dataset} | {Algorithm} | {Counterpart} | {Text(Ours.Average())} | {Text(Theirs.Average())} | {Text(Difference)} | {Text(Ours.Zip(Theirs, (ours, theirs) => ours - theirs).Min())} | {Texts(Ours)} | {Texts(Theirs)} | {Shortfalls.All.GetValueOrDefault(Name)} |");

    private static double[] Numbers(string cell) => [.. cell.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];

    private static string Texts(double[] numbers) => string.Join(' ', numbers.Select(Text));

    // Never "-0.0000".
    private static string Text(double number) => (Math.Round(number, Digits) + 0.0).ToString("0.0000", CultureInfo.InvariantCulture);
}
