using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Principal components (Pearson 1901): eigenvectors of the covariance matrix by falling variance, each with its largest loading
/// positive.
/// </summary>
internal sealed class PcaTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"pca: covariance of {part.Rows} rows, {part.Width} features");
        var moments = Moments.Of(part, 0, (_, _) => 0);
        var decomposition = moments.Gram.Evd(Symmetricity.Symmetric);
        var variances = decomposition.EigenValues.Real().Select(value => Math.Max(0, value)).Reverse().ToArray();
        var total = variances.Sum();
        if (!Enumerable.Range(0, part.Width).Any(feature => moments.Varies(feature, part.Weight)))
        {
            throw new GraincastException(SqlState.InvalidParameter, "no feature varies in the training rows", "pca needs at least two different rows.");
        }

        var count = Count(settings, variances, part);
        var components = new double[count * part.Width];
        for (var k = 0; k < count; k++)
        {
            var vector = decomposition.EigenVectors.Column(part.Width - 1 - k);
            var sign = Math.Sign(vector[vector.AbsoluteMaximumIndex()]);
            for (var i = 0; i < part.Width; i++)
            {
                components[k * part.Width + i] = sign * vector[i];
            }
        }

        return new Fitted(new ComponentLearner(moments.Mean, components), Link.Identity, count, new ComponentNative(moments.Mean, components))
        {
            Metrics = new Dictionary<string, double> { ["cumulative_explained_variance"] = Math.Min(1, variances.Take(count).Sum() / total) },
        };
    }

    private static int Count(HyperparameterValues settings, double[] variances, TrainingPart part)
    {
        var most = (int)Math.Min(part.Rows, part.Width);
        if (settings.IsNull("n_components"))
        {
            return most;
        }

        var asked = settings.Real("n_components");
        if (asked < 1)
        {
            var wanted = asked * variances.Sum();
            var count = 0;
            for (double sum = 0; count < most && sum < wanted; count++)
            {
                sum += variances[count];
            }

            return count;
        }

        return asked == Math.Floor(asked) && asked <= most
            ? (int)asked
            : throw new GraincastException(SqlState.InvalidParameter, $"hyperparameter \"n_components\" is {asked}, and {most} is the most here",
                $"A whole number up to the smaller of {part.Rows} training rows and {part.Width} features, a share of the variance below 1, or null for all.");
    }

    private sealed class ComponentNative(double[] mean, double[] components) : INativeModel
    {
        private const double Rounding = 1e-13;

        public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
        {
            var outputs = components.Length / mean.Length;
            for (var row = 0; row < rows; row++)
            {
                for (var k = 0; k < outputs; k++)
                {
                    double sum = 0;
                    double magnitude = 0;
                    for (var i = 0; i < mean.Length; i++)
                    {
                        var weight = components[k * mean.Length + i];
                        var feature = features[row * mean.Length + i];
                        sum += weight * (feature - mean[i]);
                        magnitude += Math.Abs(weight) * (Math.Abs(feature) + Math.Abs(mean[i]));
                    }

                    scores[row * outputs + k] = sum;
                    allowed[row * outputs + k] = Rounding * magnitude;
                }
            }
        }
    }
}
