using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Graincast.Tests.Quality;

/// <summary>A line of QUALITY.md: key metrics rounded to <see cref="Digits"/>.</summary>
/// <param name="Counterpart">Library, version, estimator, settings.</param>
/// <param name="Splits">Seeds 0 … Splits − 1.</param>
/// <param name="Mean">Of our key metric over all splits.</param>
/// <param name="TheirMean">Of theirs.</param>
/// <param name="StandardError">Of the mean of the differences, split by split.</param>
/// <param name="Ours">Our key metric with the first seeds.</param>
/// <param name="Theirs">Theirs.</param>
internal sealed record QualityRow(
    string Task, string Dataset, string Algorithm, string Counterpart, int Splits, double Mean, double TheirMean, double StandardError, double[] Ours, double[] Theirs)
{
    /// <summary>Our mean may be worse than theirs by this much.</summary>
    public const double Margin = 0.02;

    /// <summary>Seeds whose own numbers the page has.</summary>
    private const int Shown = 5;

    private const int Digits = 4;

    public string Name => $"{Task}/{Algorithm}/{Dataset}";

    /// <summary>Of the means; negative = ours is worse.</summary>
    public double Difference => Mean - TheirMean;

    public bool IsWorse => Difference < -Margin;

    /// <param name="ours">Our key metric, seed by seed.</param>
    /// <param name="theirs">Theirs.</param>
    public static QualityRow Of(Problem problem, string counterpart, double[] ours, double[] theirs) => new(
        problem.Task, problem.Dataset, problem.Algorithm, counterpart, ours.Length, Round(ours.Average()), Round(theirs.Average()),
        Round(ours.Zip(theirs, (our, their) => our - their).StandardDeviation() / Math.Sqrt(ours.Length)),
        [.. ours.Take(Shown).Select(Round)], [.. theirs.Take(Shown).Select(Round)]);

    public static QualityRow Parse(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        return new QualityRow(
            cells[1], cells[2], cells[3], cells[4], int.Parse(cells[5], CultureInfo.InvariantCulture), Numbers(cells[6])[0], Numbers(cells[7])[0], Numbers(cells[9])[0],
            Numbers(cells[10]), Numbers(cells[11]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Task} | {Dataset} | {Algorithm} | {Counterpart} | {Splits} | {Text(Mean)} | {Text(TheirMean)} | {Text(Difference)} | {Text(StandardError)} | {Texts(Ours)} | {Texts(Theirs)} | {Shortfalls.All.GetValueOrDefault(Name)} |");

    private static double[] Numbers(string cell) => [.. cell.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];

    private static string Texts(double[] numbers) => string.Join(' ', numbers.Select(Text));

    // Never "-0.0000".
    private static string Text(double number) => (Round(number) + 0.0).ToString("0.0000", CultureInfo.InvariantCulture);

    private static double Round(double number) => Math.Round(number, Digits);
}
