namespace Graincast.Training;

/// <summary>Metrics of predicted probabilities.</summary>
internal static class ProbabilityMetrics
{
    // The float32 next to 1: a probability nearer to 0 or 1 than this says no more than this. scikit-learn's choice too.
    private const double Epsilon = 1.1920929e-07;

    /// <param name="truth">Index of each row's label; −1 = a label that training never saw.</param>
    /// <param name="probabilities">Rows × labels.</param>
    /// <returns>log_loss, and roc_auc where defined: two labels: of the second's probability; more: each against the rest, averaged.</returns>
    public static IEnumerable<KeyValuePair<string, double>> Of(int[] truth, FloatTable probabilities)
    {
        yield return new("roc_auc", RocAuc(truth, probabilities));
        double loss = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            loss -= Math.Log(Math.Clamp(truth[row] < 0 ? 0 : probabilities.Row(row)[truth[row]], Epsilon, 1 - Epsilon));
        }

        yield return new("log_loss", loss / truth.Length);
    }

    /// <summary>NaN where a label has no row, or every row, among those evaluated.</summary>
    private static double RocAuc(int[] truth, FloatTable probabilities)
    {
        if (probabilities.Width == 2)
        {
            return RocAuc(truth, probabilities, 1);
        }

        double sum = 0;
        for (var label = 0; label < probabilities.Width; label++)
        {
            sum += RocAuc(truth, probabilities, label);
        }

        return sum / probabilities.Width;
    }

    // Mann-Whitney: the chance that a row of the label has the higher probability; ties count half, through mean ranks.
    private static double RocAuc(int[] truth, FloatTable probabilities, int label)
    {
        var scores = new float[truth.Length];
        var order = new int[truth.Length];
        for (var row = 0; row < truth.Length; row++)
        {
            (scores[row], order[row]) = (probabilities.Row(row)[label], row);
        }

        Array.Sort(scores, order);
        double positives = 0;
        double ranks = 0;
        for (var start = 0; start < scores.Length;)
        {
            var end = start;
            double inTie = 0;
            for (; end < scores.Length && scores[end] == scores[start]; end++)
            {
                inTie += truth[order[end]] == label ? 1 : 0;
            }

            if (end == start)
            {
                return double.NaN;
            }

            positives += inTie;
            ranks += inTie * (start + 1 + end) / 2.0;
            start = end;
        }

        return (ranks - positives * (positives + 1) / 2) / (positives * (truth.Length - positives));
    }
}
