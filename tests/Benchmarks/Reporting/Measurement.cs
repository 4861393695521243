namespace Graincast.Benchmarks.Reporting;

/// <summary>Values of one variant over the rounds.</summary>
internal sealed class Measurement(params IEnumerable<double> values)
{
    private readonly List<double> _values = [.. values];

    public double Median => _values.Order().ElementAt(_values.Count / 2);

    /// <summary>Half of the way from the least to the greatest value, as a part of the median; 0 if all are equal.</summary>
    public double Spread => _values.Max() == _values.Min() ? 0 : (_values.Max() - _values.Min()) / 2 / Math.Abs(Median);

    public void Add(double value) => _values.Add(value);

    /// <summary>Runs the variants in turn, round after round, so that what disturbs the machine disturbs all of them.</summary>
    public static async Task<Measurement[]> InterleaveAsync(int rounds, params Func<Task<double>>[] variants)
    {
        var all = variants.Select(_ => new Measurement()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < variants.Length; i++)
            {
                all[i].Add(await variants[i]());
            }
        }
        return all;
    }
}
