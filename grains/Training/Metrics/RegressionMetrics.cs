namespace Graincast.Training;

/// <summary>scikit-learn's definitions, over the rows of all parts.</summary>
internal static class RegressionMetrics
{
    /// <returns>r2 (absent for fewer than 2 rows; 1 or 0 when the truth does not vary), mean_absolute_error, mean_squared_error.</returns>
    public static IEnumerable<KeyValuePair<string, double>> Of(double[] truth, float[] predictions, Communicator ranks)
    {
        double[] sums = [truth.Length, truth.Sum()];
        ranks.Sum(sums);
        var (rows, mean) = (sums[0], sums[1] / sums[0]);
        // Of squared errors, absolute errors, squared deviations.
        var errors = new double[3];
        for (var row = 0; row < truth.Length; row++)
        {
            var error = truth[row] - predictions[row];
            errors[0] += error * error;
            errors[1] += Math.Abs(error);
            errors[2] += (truth[row] - mean) * (truth[row] - mean);
        }

        ranks.Sum(errors);
        var (squared, absolute, total) = (errors[0], errors[1], errors[2]);
        List<KeyValuePair<string, double>> metrics = [];
        if (rows > 1)
        {
            metrics.Add(new("r2", total > 0 ? 1 - squared / total : squared == 0 ? 1 : 0));
        }

        return [.. metrics, new("mean_absolute_error", absolute / rows), new("mean_squared_error", squared / rows)];
    }
}
