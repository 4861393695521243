namespace Graincast.Training;

/// <summary>Squared distances to centroids in plain order, to check the kernel's.</summary>
internal sealed class CentroidNative(double[] centroids, int width) : INativeModel
{
    private const double Rounding = 1e-12;

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        var clusters = centroids.Length / width;
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < clusters; k++)
            {
                var distance = KMeansTrainer.SquaredDistance(features.Slice(row * width, width), centroids.AsSpan(k * width, width));
                scores[row * clusters + k] = distance;
                allowed[row * clusters + k] = Rounding * distance;
            }
        }
    }
}
