using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>Log loss of one margin (two labels: the second's) or of one a label.</summary>
internal static class LogisticLoss
{
    /// <summary>About its second derivative.</summary>
    public const double Curvature = 0.25;

    /// <summary>Replaces margins by the loss's derivatives and returns the loss.</summary>
    public static double Slopes(Span<double> margins, int label)
    {
        if (margins.Length == 1)
        {
            var towards = label == 1 ? 1 : -1;
            var (loss, slope) = MarginLosses.Log(towards * margins[0]);
            margins[0] = towards * slope;
            return loss;
        }

        var own = margins[label];
        var largest = TensorPrimitives.Max<double>(margins);
        double sum = 0;
        foreach (ref var margin in margins)
        {
            margin = Math.Exp(margin - largest);
            sum += margin;
        }

        foreach (ref var margin in margins)
        {
            margin /= sum;
        }

        margins[label] -= 1;
        return Math.Log(sum) + largest - own;
    }
}
