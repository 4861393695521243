namespace Graincast.Training;

/// <summary>Losses of one margin, and their derivatives. For a label ±1 the margin is towards it; for a number it is how far the prediction is above it.</summary>
internal static class MarginLosses
{
    /// <summary>Widths of a rounded corner. A corner has no second derivative, so it is rounded less and less, the last time within a thousandth.</summary>
    public static readonly double[] Roundings = [1, 0.1, 0.01, 0.001];

    /// <summary>The power of its argument that a loss grows by, epsilon and argument growing together.</summary>
    public const int Lines = 1;

    /// <inheritdoc cref="Lines"/>
    public const int Squares = 2;

    /// <returns>Loss and derivative by the margin.</returns>
    public delegate (double Loss, double Slope) Margin(double margin);

    /// <summary>max(0, −m). A margin of 0 is not right yet.</summary>
    public static (double Loss, double Slope) Perceptron(double margin) => margin > 0 ? (0, 0) : (-margin, -1);

    /// <summary>max(0, 1 − m), its corner rounded within this width; 0 = not at all.</summary>
    public static Margin Hinge(double width) => margin =>
        margin >= 1 ? (0, 0)
        : margin <= 1 - width ? (1 - margin - width / 2, -1)
        : ((1 - margin) * (1 - margin) / (2 * width), -(1 - margin) / width);

    /// <summary>A loss of every width of <see cref="Roundings"/>, with its curvature.</summary>
    public static (Margin Loss, double Curvature)[] Rounded(Func<double, Margin> loss) => [.. Roundings.Select(width => (loss(width), 1.0))];

    public static (double Loss, double Slope) SquaredHinge(double margin) => margin >= 1 ? (0, 0) : ((1 - margin) * (1 - margin), -2 * (1 - margin));

    public static (double Loss, double Slope) ModifiedHuber(double margin) => margin >= -1 ? SquaredHinge(margin) : (-4 * margin, -4);

    public static (double Loss, double Slope) Log(double margin)
    {
        var small = Math.Exp(-Math.Abs(margin));
        return (Math.Log(1 + small) + Math.Max(0, -margin), margin >= 0 ? -small / (1 + small) : -1 / (1 + small));
    }

    public static (double Loss, double Slope) Squared(double residual) => (residual * residual / 2, residual);

    /// <summary>Half the square up to epsilon, a line beyond.</summary>
    public static Margin Huber(double epsilon) => residual =>
        Math.Abs(residual) <= epsilon ? Squared(residual) : (epsilon * (Math.Abs(residual) - epsilon / 2), epsilon * Math.Sign(residual));

    /// <summary>max(0, |r| − epsilon)².</summary>
    public static Margin SquaredInsensitive(double epsilon) => residual =>
    {
        var beyond = Math.Max(0, Math.Abs(residual) - epsilon);
        return (beyond * beyond, 2 * beyond * Math.Sign(residual));
    };

    /// <summary>max(0, |r| − epsilon), its corners rounded within this width; 0 = not at all.</summary>
    public static Margin Insensitive(double epsilon, double width)
    {
        var hinge = Hinge(width);
        return residual =>
        {
            var (loss, slope) = hinge(1 + epsilon - Math.Abs(residual));
            return (loss, -slope * Math.Sign(residual));
        };
    }

    /// <summary>Each label against the rest; two labels have one margin, the second's.</summary>
    public static RowLoss OfLabels(TrainingPart part, Margin loss) => (margins, row) =>
    {
        double sum = 0;
        for (var k = 0; k < margins.Length; k++)
        {
            var sign = part.Classes[row] == (margins.Length == 1 ? 1 : k) ? 1 : -1;
            var (own, slope) = loss(sign * margins[k]);
            sum += own;
            margins[k] = sign * slope;
        }

        return sum;
    };

    /// <summary>Each pair of labels, in the order of <see cref="Scoring.Link.Votes"/>: the second against the first, on the rows of these two.</summary>
    public static RowLoss OfPairs(TrainingPart part, Margin loss) => (margins, row) =>
    {
        double sum = 0;
        var pair = 0;
        for (var first = 0; first < part.ClassCount; first++)
        {
            for (var second = first + 1; second < part.ClassCount; second++, pair++)
            {
                var sign = part.Classes[row] == second ? 1 : part.Classes[row] == first ? -1 : 0;
                var (own, slope) = sign == 0 ? default : loss(sign * margins[pair]);
                sum += own;
                margins[pair] = sign * slope;
            }
        }

        return sum;
    };

    /// <summary>Of targets divided by <paramref name="scale"/>.</summary>
    public static RowLoss OfTargets(TrainingPart part, double scale, Margin loss) => (margins, row) =>
    {
        var (own, slope) = loss(margins[0] - part.Targets[row] / scale);
        margins[0] = slope;
        return own;
    };
}
