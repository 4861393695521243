using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>Mean and variance (divided by the rows' weight) of each feature, in two passes.</summary>
internal sealed record FeatureMoments(double[] Mean, double[] Variance)
{
    /// <param name="part">The rows.</param>
    /// <param name="centred">False: means are taken as 0 and variances are mean squares.</param>
    public static FeatureMoments Of(TrainingPart part, bool centred = true)
    {
        var mean = new double[part.Width];
        if (centred)
        {
            mean = Average((columns, i) => TensorPrimitives.Sum(columns.Weigh(columns[i])));
        }

        return new FeatureMoments(mean, Average((columns, i) => TensorPrimitives.Dot(columns.Weigh(columns[i]), columns[i])));

        double[] Average(Func<CentredColumns, int, double> term)
        {
            var sum = CentredColumns.Sum(part, part.Width, mean, (_, _) => 0, (columns, sum) =>
            {
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += term(columns, i);
                }
            });
            TensorPrimitives.Divide(sum, part.Weight, sum);
            return sum;
        }
    }
}
