using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>How much each column weighs in a model: shares that sum to 1.</summary>
internal static class FeatureImportance
{
    /// <summary>Of a forest: what the splits by each feature gained, added up.</summary>
    public static void AddGains(IEnumerable<int> features, IEnumerable<double> gains, Span<double> sum)
    {
        foreach (var (feature, gain) in features.Zip(gains))
        {
            sum[feature] += double.IsFinite(gain) ? Math.Max(gain, 0) : 0;
        }
    }

    /// <summary>Of linear scores: |weight| · standard deviation, added up over the scores. What a typical change of the feature does to them.</summary>
    /// <param name="weights">Outputs × features, row-major.</param>
    /// <param name="variance">Of each feature.</param>
    public static double[] OfWeights(double[] weights, double[] variance)
    {
        var importance = new double[variance.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            importance[i % variance.Length] += Math.Abs(weights[i]) * Math.Sqrt(variance[i % variance.Length]);
        }

        return importance;
    }

    /// <summary>The mean share of each column over labels that were learnt together; empty if one of them has none.</summary>
    public static double[] Mean(IReadOnlyList<double[]> labels) =>
        labels.Any(shares => shares.Length == 0) ? [] : [.. Enumerable.Range(0, labels[0].Length).Select(column => labels.Average(shares => shares[column]))];

    /// <summary>Adds up the features of a column (numbers of an array, categories) and divides by the sum; all 0 when no feature weighs anything.</summary>
    public static double[] OfColumns(double[] features, IReadOnlyList<ImageColumn> columns)
    {
        if (features.Length == 0)
        {
            return [];
        }

        var shares = new double[columns.Count];
        var feature = 0;
        for (var column = 0; column < shares.Length; column++)
        {
            var count = Preparation.FeaturesOf(columns[column]);
            for (var i = 0; i < count; i++)
            {
                shares[column] += features[feature++];
            }
        }

        var total = shares.Sum();
        return Array.ConvertAll(shares, share => total > 0 && double.IsFinite(total) ? share / total : 0);
    }
}
