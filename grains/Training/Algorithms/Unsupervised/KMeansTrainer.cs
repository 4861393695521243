using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// k-means by Lloyd's iterations (1957, 1982) from k-means++ starts (Arthur, Vassilvitskii, SODA 2007); the best of <c>n_init</c> starts.
/// A cluster that becomes empty moves to the row farthest from its centroid.
/// </summary>
internal sealed class KMeansTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var clusters = (int)settings.Integer("n_clusters");
        if (clusters > part.Rows)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"hyperparameter \"n_clusters\" is {clusters}, more than the {part.Rows} training rows", "Choose fewer clusters, or train on more rows.");
        }

        var random = new SplitMix64(seed);
        var starts = settings.Integer("n_init");
        var shift = settings.Real("tol") * FeatureMoments.Of(part).Variance.Average();
        double[] best = [];
        var bestInertia = double.PositiveInfinity;
        for (var start = 0; start < starts; start++)
        {
            var number = start + 1;
            var centroids = KMeansStart.Choose(part, clusters, random);
            var inertia = Iterate(part, centroids, (int)settings.Integer("max_iter"), shift,
                iteration => progress.Step(iteration + 1, () => $"kmeans: start {number} of {starts}, iteration {iteration + 1}"));
            if (inertia < bestInertia)
            {
                (best, bestInertia) = (centroids, inertia);
            }
        }

        return new Fitted(new CentroidLearner(best), Link.Identity, clusters, new CentroidNative(best, part.Width));
    }

    internal static double SquaredDistance(ReadOnlySpan<float> row, ReadOnlySpan<double> centroid)
    {
        double sum = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var difference = row[i] - centroid[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static double Iterate(TrainingPart part, double[] centroids, int maxIterations, double shiftTolerance, Action<int> begin)
    {
        var clusters = centroids.Length / part.Width;
        var assigned = new int[part.LocalRows];
        var distances = new double[part.LocalRows];
        Array.Fill(assigned, -1);
        for (var iteration = 0; ; iteration++)
        {
            begin(iteration);
            var changed = part.Ranks.Sum((long)Assign(part, centroids, assigned, distances)) > 0;
            if (!changed || iteration == maxIterations)
            {
                return part.Sum(1, (row, sum) => sum[0] += distances[row])[0];
            }

            // For each cluster the sum of its rows, then how often they count.
            var sums = part.Sum(clusters * (part.Width + 1), (row, sum) =>
            {
                var at = assigned[row] * (part.Width + 1);
                var features = part.Features.Row(row);
                for (var i = 0; i < features.Length; i++)
                {
                    sum[at + i] += features[i];
                }

                sum[at + part.Width]++;
            });
            MoveEmptyClusters(part, sums, assigned, distances);
            if (Move(centroids, sums, part.Width) <= shiftTolerance)
            {
                Assign(part, centroids, assigned, distances);
                return part.Sum(1, (row, sum) => sum[0] += distances[row])[0];
            }
        }
    }

    /// <returns>How many local rows changed their cluster.</returns>
    private static int Assign(TrainingPart part, double[] centroids, int[] assigned, double[] distances)
    {
        var changed = 0;
        for (var row = 0; row < part.LocalRows; row++)
        {
            var features = part.Features.Row(row);
            var nearest = 0;
            var distance = double.PositiveInfinity;
            for (var k = 0; k * part.Width < centroids.Length; k++)
            {
                var candidate = SquaredDistance(features, centroids.AsSpan(k * part.Width, part.Width));
                if (candidate < distance)
                {
                    (nearest, distance) = (k, candidate);
                }
            }

            changed += assigned[row] != nearest ? 1 : 0;
            (assigned[row], distances[row]) = (nearest, distance);
        }

        return changed;
    }

    private static void MoveEmptyClusters(TrainingPart part, double[] sums, int[] assigned, double[] distances)
    {
        var length = part.Width + 1;
        for (var k = 0; k * length < sums.Length; k++)
        {
            if (sums[k * length + part.Width] > 0)
            {
                continue;
            }

            var farthest = FarthestRow.Find(part, assigned, distances);
            var from = farthest.Cluster * length;
            for (var i = 0; i < part.Width; i++)
            {
                sums[from + i] -= farthest.Weight * farthest.Features[i];
                sums[k * length + i] += farthest.Weight * farthest.Features[i];
            }

            sums[from + part.Width] -= farthest.Weight;
            sums[k * length + part.Width] += farthest.Weight;
            if (farthest.LocalRow is { } row)
            {
                (assigned[row], distances[row]) = (k, 0);
            }
        }
    }

    private static double Move(double[] centroids, double[] sums, int width)
    {
        double shift = 0;
        for (var k = 0; k * width < centroids.Length; k++)
        {
            for (var i = 0; i < width; i++)
            {
                var moved = sums[k * (width + 1) + i] / sums[k * (width + 1) + width];
                shift += (moved - centroids[k * width + i]) * (moved - centroids[k * width + i]);
                centroids[k * width + i] = moved;
            }
        }

        return shift;
    }
}
