namespace Graincast.Training;

/// <summary>
/// Draws a row with a probability in proportion to its share, out of all parts' rows in the order of their content hashes: who holds a row does not
/// matter. The row is found digit by digit of its hash, a sum and a count for each of 256 hash ranges a round.
/// </summary>
/// <param name="part">The rows.</param>
/// <param name="shares">Of each local row for each time that it counts, not negative.</param>
internal sealed class WeightedDraw(TrainingPart part, double[] shares)
{
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;

    private readonly double[] _weights = [.. shares.Select((share, row) => share * part.WeightOf(row))];

    private double[]? _first;

    // The first round is over all rows and the same for every target.
    private double[] First => _first ??= Sums(0, 64 - DigitBits);

    /// <summary>The sum of all parts' weights.</summary>
    public double Total() => First.Take(Digits).Sum();

    /// <summary>The features of the rows that the targets fall on.</summary>
    /// <param name="targets">0 ≤ target &lt; <see cref="Total"/>.</param>
    public float[][] Rows(double[] targets) => Array.ConvertAll(targets, Row);

    private float[] Row(double target)
    {
        ulong prefix = 0;
        for (var shift = 64 - DigitBits; ; shift -= DigitBits)
        {
            var sums = shift == 64 - DigitBits ? First : Sums(prefix, shift);
            var digit = Pick(sums, ref target);
            prefix |= (ulong)digit << shift;
            if (shift == 0 || sums[Digits + digit] == 1)
            {
                return Features(prefix, shift);
            }
        }
    }

    // Rounding may leave a target beyond the last weight: the last row that has one is meant.
    private static int Pick(double[] sums, ref double target)
    {
        var last = 0;
        for (var digit = 0; digit < Digits; digit++)
        {
            if (sums[digit] > 0)
            {
                last = digit;
                if (target < sums[digit])
                {
                    return digit;
                }

                target -= sums[digit];
            }
        }

        target = sums[last];
        return last;
    }

    // For each next digit after the prefix the sum of weights, then the number of rows that have one.
    private double[] Sums(ulong prefix, int shift)
    {
        var sums = new double[2 * Digits];
        var (start, end) = Range(prefix, shift + DigitBits);
        for (var row = start; row < end; row++)
        {
            if (_weights[row] > 0)
            {
                var digit = (int)(part.Hashes[row] >> shift) & (Digits - 1);
                sums[digit] += _weights[row];
                sums[Digits + digit]++;
            }
        }

        part.Ranks.Sum(sums);
        return sums;
    }

    // One row, or several with one hash, which are equal: whoever has it tells the others.
    private float[] Features(ulong prefix, int bits)
    {
        var (start, end) = Range(prefix, bits);
        var own = Enumerable.Range(start, end - start).FirstOrDefault(row => _weights[row] > 0, -1);
        return part.Ranks.AllGather<float>(own < 0 ? [] : part.Features.Row(own)).First(features => features.Length > 0);
    }

    // The local rows whose hashes begin with the prefix; the lower bits are free.
    private (int Start, int End) Range(ulong prefix, int bits) =>
        bits == 64 ? (0, part.LocalRows) : (Selection.LowerBound(part.Hashes, prefix), Selection.LowerBound(part.Hashes, prefix | ((1UL << bits) - 1), true));
}
