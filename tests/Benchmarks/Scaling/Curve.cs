using Graincast.Benchmarks.Reporting;
using MathNet.Numerics;

namespace Graincast.Benchmarks.Scaling;

/// <summary>What was measured at each size.</summary>
/// <param name="Name">What.</param>
/// <param name="Unit">Of the values.</param>
/// <param name="Sizes">Of what is varied.</param>
/// <param name="Values">For each size, over the rounds.</param>
internal sealed record Curve(string Name, string Unit, double[] Sizes, Measurement[] Values)
{
    public double[] LogSizes => [.. Sizes.Select(Math.Log10)];

    public double[] LogMedians => [.. Values.Select(values => Math.Log10(values.Median))];

    /// <summary>Of the line of least squares through the logarithms: the power of the size that the median grows with.</summary>
    public double Slope => Fit.Line(LogSizes, LogMedians).B;
}
