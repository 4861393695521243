using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>Mean and variance (divided by the rows' weight) of each feature, by block sums in two passes.</summary>
internal sealed record FeatureMoments(double[] Mean, double[] Variance)
{
    /// <param name="part">The rows.</param>
    /// <param name="centred">False: means are taken as 0 and variances are mean squares.</param>
    public static FeatureMoments Of(TrainingPart part, bool centred = true)
    {
        var mean = new double[part.Width];
        if (centred)
        {
            mean = part.Sum(part.Width, (row, sum) =>
            {
                var features = part.Features.Row(row);
                for (var i = 0; i < features.Length; i++)
                {
                    sum[i] += features[i];
                }
            });
            TensorPrimitives.Divide(mean, part.Weight, mean);
        }

        var variance = part.Sum(part.Width, (row, sum) =>
        {
            var features = part.Features.Row(row);
            for (var i = 0; i < features.Length; i++)
            {
                sum[i] += (features[i] - mean[i]) * (features[i] - mean[i]);
            }
        });
        TensorPrimitives.Divide(variance, part.Weight, variance);
        return new FeatureMoments(mean, variance);
    }
}
