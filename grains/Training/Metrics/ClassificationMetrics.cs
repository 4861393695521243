namespace Graincast.Training;

/// <summary>scikit-learn's definitions, over the rows of all parts; averages over labels are plain (macro), over the labels that occur in truth or answers.</summary>
internal static class ClassificationMetrics
{
    /// <param name="truth">Index of each row's label; −1 = a label that training never saw.</param>
    /// <param name="answers">Index of each row's predicted label.</param>
    /// <param name="labels">Labels of the model.</param>
    /// <param name="ranks">The parts.</param>
    /// <returns>
    /// f1, precision, recall, accuracy (0 … 1) and mcc (−1 … 1; R_K of Gorodkin 2004 for more than two labels). A ratio without cases is 0.
    /// </returns>
    public static IEnumerable<KeyValuePair<string, double>> Of(int[] truth, int[] answers, int labels, Communicator ranks)
    {
        // The last place is for labels that training never saw: always wrong.
        var expected = new double[labels + 1];
        var answered = new double[labels + 1];
        var right = new double[labels + 1];
        for (var row = 0; row < truth.Length; row++)
        {
            var label = truth[row] < 0 ? labels : truth[row];
            expected[label]++;
            answered[answers[row]]++;
            right[label] += label == answers[row] ? 1 : 0;
        }

        var rows = (double)ranks.Sum((long)truth.Length);
        ranks.Sum(expected);
        ranks.Sum(answered);
        ranks.Sum(right);
        double f1 = 0;
        double precision = 0;
        double recall = 0;
        var occurring = 0;
        for (var label = 0; label <= labels; label++)
        {
            if (expected[label] + answered[label] == 0)
            {
                continue;
            }

            occurring++;
            f1 += 2 * right[label] / (expected[label] + answered[label]);
            precision += answered[label] > 0 ? right[label] / answered[label] : 0;
            recall += expected[label] > 0 ? right[label] / expected[label] : 0;
        }

        return
        [
            new("f1", f1 / occurring),
            new("precision", precision / occurring),
            new("recall", recall / occurring),
            new("accuracy", right.Sum() / rows),
            new("mcc", Mcc(expected, answered, right.Sum(), rows)),
        ];
    }

    private static double Mcc(double[] expected, double[] answered, double right, double rows)
    {
        var covariance = right * rows - expected.Zip(answered, (e, a) => e * a).Sum();
        var expectedSpread = rows * rows - expected.Sum(count => count * count);
        var answeredSpread = rows * rows - answered.Sum(count => count * count);
        return expectedSpread * answeredSpread == 0 ? 0 : covariance / Math.Sqrt(expectedSpread * answeredSpread);
    }
}
