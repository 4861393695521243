namespace Graincast.Training;

/// <summary>
/// The area under the ROC curve over the rows of all parts (Mann-Whitney: the chance that a row of the label has the higher probability; ties count half).
/// Rows do not travel: each part sends up to <see cref="MaxEdges"/> quantiles of its probabilities, and counts of its rows at and between all parts' quantiles.
/// Rows between two neighbouring quantiles count as ties, which is off by at most 1 / (2 · <see cref="MaxEdges"/>); with fewer different probabilities,
/// and at one part, the area is exact.
/// </summary>
internal static class RocCurve
{
    /// <summary>The error stays below 3.1e-5.</summary>
    public const int MaxEdges = 16_384;

    /// <param name="isLabel">Whether each local row has the label.</param>
    /// <param name="probabilities">Of the label, one a local row.</param>
    /// <param name="ranks">The parts.</param>
    /// <returns>NaN where the label has no row, or every row.</returns>
    public static double Area(bool[] isLabel, float[] probabilities, Communicator ranks)
    {
        var sorted = (float[])probabilities.Clone();
        var labelled = (bool[])isLabel.Clone();
        Array.Sort(sorted, labelled);
        var edges = Edges(sorted, ranks);
        // At an edge or between it and the one before: rows of the label, other rows.
        var counts = new double[4 * edges.Length + 2];
        var bin = 0;
        for (var row = 0; row < sorted.Length; row++)
        {
            while (bin < 2 * edges.Length && (bin % 2 == 0 ? sorted[row] >= edges[bin / 2] : sorted[row] > edges[bin / 2]))
            {
                bin++;
            }

            counts[2 * bin + (labelled[row] ? 0 : 1)]++;
        }

        ranks.Sum(counts);
        return Area(counts);
    }

    private static float[] Edges(float[] sorted, Communicator ranks)
    {
        var different = sorted.Distinct().ToArray();
        var isExact = ranks.Size == 1 || different.Length <= MaxEdges;
        float[] own = isExact ? different
            : [.. Enumerable.Range(0, MaxEdges).Select(i => sorted[(int)((long)i * (sorted.Length - 1) / (MaxEdges - 1))]).Distinct()];
        return [.. ranks.AllGather<float>(own).SelectMany(part => part).Distinct().Order()];
    }

    private static double Area(ReadOnlySpan<double> counts)
    {
        double below = 0, positives = 0, negatives = 0;
        for (var bin = 0; bin < counts.Length; bin += 2)
        {
            below += counts[bin] * (negatives + counts[bin + 1] / 2);
            positives += counts[bin];
            negatives += counts[bin + 1];
        }

        return positives == 0 || negatives == 0 ? double.NaN : below / (positives * negatives);
    }
}
