namespace Graincast.Training;

/// <summary>scikit-learn's definitions.</summary>
internal static class RegressionMetrics
{
    /// <returns>r2 (absent for fewer than 2 rows; 1 or 0 when the truth does not vary), mean_absolute_error, mean_squared_error.</returns>
    public static IEnumerable<KeyValuePair<string, double>> Of(double[] truth, float[] predictions)
    {
        var mean = truth.Average();
        double squared = 0;
        double absolute = 0;
        double total = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            var error = truth[row] - predictions[row];
            squared += error * error;
            absolute += Math.Abs(error);
            total += (truth[row] - mean) * (truth[row] - mean);
        }

        if (truth.Length > 1)
        {
            yield return new("r2", total > 0 ? 1 - squared / total : squared == 0 ? 1 : 0);
        }

        yield return new("mean_absolute_error", absolute / truth.Length);
        yield return new("mean_squared_error", squared / truth.Length);
    }
}
