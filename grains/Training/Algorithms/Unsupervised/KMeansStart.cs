namespace Graincast.Training;

/// <summary>k-means++ (Arthur, Vassilvitskii 2007), greedy as in scikit-learn: of 2 + ⌊ln k⌋ candidates the one that lowers the sum most.</summary>
internal static class KMeansStart
{
    /// <returns>Clusters × features.</returns>
    /// <exception cref="GraincastException">22023: fewer different rows than clusters.</exception>
    public static double[] Choose(TrainingPart part, int clusters, SplitMix64 random)
    {
        var centroids = new double[clusters * part.Width];
        var distances = new double[part.Rows];
        Array.Fill(distances, double.PositiveInfinity);
        Take(part, (int)(random.NextDouble() * part.Rows), 0, centroids, distances);
        var trials = 2 + (int)Math.Log(clusters);
        for (var k = 1; k < clusters; k++)
        {
            var best = -1;
            var bestSum = double.PositiveInfinity;
            for (var trial = 0; trial < trials; trial++)
            {
                var candidate = Draw(part, distances, random, k);
                var sum = SumWith(part, candidate, distances);
                if (sum < bestSum)
                {
                    (best, bestSum) = (candidate, sum);
                }
            }

            Take(part, best, k, centroids, distances);
        }

        return centroids;
    }

    private static void Take(TrainingPart part, int chosen, int cluster, double[] centroids, double[] distances)
    {
        var centroid = centroids.AsSpan(cluster * part.Width, part.Width);
        var features = part.Features.Row(chosen);
        for (var i = 0; i < features.Length; i++)
        {
            centroid[i] = features[i];
        }

        for (var row = 0; row < part.Rows; row++)
        {
            distances[row] = Math.Min(distances[row], KMeansTrainer.SquaredDistance(part.Features.Row(row), centroid));
        }
    }

    private static int Draw(TrainingPart part, double[] distances, SplitMix64 random, int found)
    {
        var total = distances.Sum();
        if (total == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"the training rows are {found} different ones, fewer than the clusters",
                "Lower hyperparameter n_clusters.");
        }

        var target = random.NextDouble() * total;
        var last = 0;
        double sum = 0;
        for (var row = 0; row < part.Rows; row++)
        {
            if (distances[row] > 0)
            {
                last = row;
                sum += distances[row];
                if (sum > target)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static double SumWith(TrainingPart part, int candidate, double[] distances)
    {
        var chosen = part.Features.Row(candidate);
        double sum = 0;
        for (var row = 0; row < part.Rows; row++)
        {
            var features = part.Features.Row(row);
            double distance = 0;
            for (var i = 0; i < features.Length; i++)
            {
                var difference = (double)features[i] - chosen[i];
                distance += difference * difference;
            }

            sum += Math.Min(distance, distances[row]);
        }

        return sum;
    }
}
