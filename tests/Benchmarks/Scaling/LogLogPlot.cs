using Graincast.Servers;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Graincast.Benchmarks.Scaling;

/// <summary>Curves over logarithmic axes.</summary>
internal static class LogLogPlot
{
    private const int Width = 640;
    private const int Height = 420;

    /// <param name="sizes">What the sizes are.</param>
    /// <param name="curves">Drawn together.</param>
    public static string Svg(string sizes, IReadOnlyList<Curve> curves)
    {
        using var plot = new Plot();
        foreach (var curve in curves)
        {
            var line = plot.Add.Scatter(curve.LogSizes, curve.LogMedians);
            line.LegendText = $"{curve.Name}, {curve.Unit}: slope {curve.Slope:F2}";
            line.MarkerSize = 8;
        }
        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Axes.Left.TickGenerator = Decades();
        plot.XLabel(sizes.Replace("`", "", StringComparison.Ordinal));
        plot.ShowLegend(Alignment.UpperLeft);
        return plot.GetSvgXml(Width, Height);
    }

    public static Task SaveAsync(string name, string svg)
    {
        var folder = Path.Combine(Cli.Repository, "tests", "Benchmarks", "plots");
        Directory.CreateDirectory(folder);
        return File.WriteAllTextAsync(Path.Combine(folder, $"{name}.svg"), svg);
    }

    private static NumericAutomatic Decades() => new()
    {
        IntegerTicksOnly = true,
        MinorTickGenerator = new LogMinorTickGenerator(),
        LabelFormatter = exponent => Math.Pow(10, exponent).ToString("#,0.######"),
    };
}
