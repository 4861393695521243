namespace Graincast.Training;

/// <summary>Scores of a linear model in plain order, to check the kernel's.</summary>
internal sealed class LinearNative(double[] weights, double[] intercepts) : INativeModel
{
    // Lanes and order differ from the kernel's; the bound is that of recursive summation (Higham, Accuracy and Stability, ch. 4) with room.
    private const double Rounding = 1e-13;

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        var width = weights.Length / intercepts.Length;
        for (var row = 0; row < rows; row++)
        {
            for (var output = 0; output < intercepts.Length; output++)
            {
                var sum = intercepts[output];
                var magnitude = Math.Abs(sum);
                for (var i = 0; i < width; i++)
                {
                    var term = weights[output * width + i] * features[row * width + i];
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                scores[row * intercepts.Length + output] = sum;
                allowed[row * intercepts.Length + output] = Rounding * magnitude;
            }
        }
    }
}
