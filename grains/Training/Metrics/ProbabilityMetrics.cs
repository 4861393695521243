namespace Graincast.Training;

/// <summary>Metrics of predicted probabilities, over the rows of all parts.</summary>
internal static class ProbabilityMetrics
{
    // The float32 next to 1: a probability nearer to 0 or 1 than this says no more than this. scikit-learn's choice too.
    private const double Epsilon = 1.1920929e-07;

    /// <param name="truth">Index of each row's label; −1 = a label that training never saw.</param>
    /// <param name="probabilities">Rows × labels.</param>
    /// <param name="ranks">The parts.</param>
    /// <returns>log_loss, and roc_auc where defined: two labels: of the second's probability; more: each against the rest, averaged.</returns>
    public static IEnumerable<KeyValuePair<string, double>> Of(int[] truth, FloatTable probabilities, Communicator ranks)
    {
        double[] sums = [0, truth.Length];
        for (var row = 0; row < truth.Length; row++)
        {
            sums[0] -= Math.Log(Math.Clamp(truth[row] < 0 ? 0 : probabilities.Row(row)[truth[row]], Epsilon, 1 - Epsilon));
        }

        ranks.Sum(sums);
        return [new("roc_auc", RocAuc(truth, probabilities, ranks)), new("log_loss", sums[0] / sums[1])];
    }

    /// <summary>NaN where a label has no row, or every row, among those evaluated.</summary>
    private static double RocAuc(int[] truth, FloatTable probabilities, Communicator ranks) => probabilities.Width == 2
        ? RocAuc(truth, probabilities, 1, ranks)
        : Enumerable.Range(0, probabilities.Width).Select(label => RocAuc(truth, probabilities, label, ranks)).ToArray().Average();

    private static double RocAuc(int[] truth, FloatTable probabilities, int label, Communicator ranks) => RocCurve.Area(
        Array.ConvertAll(truth, index => index == label),
        [.. Enumerable.Range(0, truth.Length).Select(row => probabilities.Row(row)[label])],
        ranks);
}
