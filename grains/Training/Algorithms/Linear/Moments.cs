using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Means and centred second moments of the training part, each row times its weight, in two passes: all that least squares, ridge and PCA need.
/// </summary>
/// <param name="Mean">Of each feature; zeros when not centred.</param>
/// <param name="TargetMean">Of each target; zeros when not centred.</param>
/// <param name="Gram">Features × features: Σ (x − mean)(x − mean)ᵀ.</param>
/// <param name="Cross">Features × targets: Σ (x − mean)(y − mean)ᵀ.</param>
internal sealed record Moments(double[] Mean, double[] TargetMean, Matrix<double> Gram, Matrix<double> Cross)
{
    /// <summary>Its square times 8 bytes is 134 MB, and the decomposition takes a minute.</summary>
    public const int MaxFeatures = 4096;

    /// <param name="part">The rows.</param>
    /// <param name="targets">Targets a row.</param>
    /// <param name="target">Row, target → its value.</param>
    /// <param name="centred">Whether to subtract the means.</param>
    /// <exception cref="GraincastException">0A000: more than <see cref="MaxFeatures"/> features.</exception>
    public static Moments Of(TrainingPart part, int targets, Func<int, int, double> target, bool centred = true)
    {
        CheckWidth(part);
        var length = part.Width + targets;
        var mean = new double[length];
        if (centred)
        {
            mean = CentredColumns.Sum(part, length, mean, target, (columns, sum) =>
            {
                for (var i = 0; i < length; i++)
                {
                    sum[i] += TensorPrimitives.Sum(columns.Weigh(columns[i]));
                }
            });
            TensorPrimitives.Divide(mean, part.Weight, mean);
        }

        var products = CentredColumns.Sum(part, part.Width * length, mean, target, (columns, sum) =>
        {
            for (var i = 0; i < part.Width; i++)
            {
                var weighed = columns.Weigh(columns[i]);
                // The lower triangle stays empty; it is mirrored below.
                for (var j = i; j < length; j++)
                {
                    sum[i * length + j] += TensorPrimitives.Dot(weighed, columns[j]);
                }
            }
        });
        return new Moments(mean[..part.Width], mean[part.Width..],
            Matrix<double>.Build.Dense(part.Width, part.Width, (i, j) => products[Math.Min(i, j) * length + Math.Max(i, j)]),
            Matrix<double>.Build.Dense(part.Width, targets, (i, k) => products[i * length + part.Width + k]));
    }

    /// <exception cref="GraincastException">0A000: more than <see cref="MaxFeatures"/> features.</exception>
    public static void CheckWidth(TrainingPart part)
    {
        if (part.Width > MaxFeatures)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, $"{part.Width} features are more than the {MaxFeatures} that this algorithm takes",
                "lightgbm takes more.");
        }
    }

    /// <summary>Whether a feature varies over rows of that weight together. float32 data that varies does so by at least 6e-8 of its size; less is the mean's rounding.</summary>
    public bool Varies(int feature, double weight)
    {
        var rounding = 1e-12 * Mean[feature];
        return Gram[feature, feature] > weight * rounding * rounding;
    }
}
