namespace Graincast.Training;

/// <summary>
/// The scores that boosting starts from, by LightGBM's definitions: the mean label, the log odds, the log shares of the labels. Computed here over all
/// parts, because LightGBM takes the mean of its machines' means, which is another number when they hold unequal rows.
/// </summary>
internal static class LightGbmStart
{
    // kEpsilon: the share of a label that hardly any row has.
    private const double Epsilon = 1e-15f;

    /// <returns>One score an output.</returns>
    public static double[] Of(TrainingPart part)
    {
        if (part.ClassCount == 0)
        {
            return [part.Sum(1, (row, sum) => sum[0] += (float)part.Targets[row])[0] / part.Weight];
        }

        var shares = part.Sum(part.ClassCount, (row, sum) => sum[part.Classes[row]]++);
        for (var label = 0; label < shares.Length; label++)
        {
            shares[label] /= part.Weight;
        }

        if (part.ClassCount > 2)
        {
            return Array.ConvertAll(shares, share => Math.Log(Math.Max(Epsilon, share)));
        }

        var positive = Math.Clamp(shares[1], Epsilon, 1 - Epsilon);
        return [Math.Log(positive / (1 - positive))];
    }
}
