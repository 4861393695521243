namespace Graincast.Training;

/// <summary>k-means++ (Arthur, Vassilvitskii 2007), greedy as in scikit-learn: of 2 + ⌊ln k⌋ candidates the one that lowers the sum most.</summary>
internal static class KMeansStart
{
    /// <returns>Clusters × features.</returns>
    /// <exception cref="GraincastException">22023: fewer different rows than clusters.</exception>
    public static double[] Choose(TrainingPart part, int clusters, SplitMix64 random)
    {
        var centroids = new double[clusters * part.Width];
        var distances = new double[part.LocalRows];
        Array.Fill(distances, 1);
        var first = new WeightedDraw(part, distances).Rows([random.NextDouble() * part.Weight])[0];
        Array.Fill(distances, double.PositiveInfinity);
        Take(part, first, 0, centroids, distances);
        var trials = 2 + (int)Math.Log(clusters);
        for (var k = 1; k < clusters; k++)
        {
            var draw = new WeightedDraw(part, distances);
            var total = draw.Total();
            if (total == 0)
            {
                throw new GraincastException(SqlState.InvalidParameter, $"the training rows are {k} different ones, fewer than the clusters",
                    "Lower hyperparameter n_clusters.");
            }

            var candidates = draw.Rows([.. Enumerable.Range(0, trials).Select(_ => random.NextDouble() * total)]);
            var sums = SumsWith(part, candidates, distances);
            Take(part, candidates[Array.IndexOf(sums, sums.Min())], k, centroids, distances);
        }

        return centroids;
    }

    private static void Take(TrainingPart part, float[] chosen, int cluster, double[] centroids, double[] distances)
    {
        var centroid = centroids.AsSpan(cluster * part.Width, part.Width);
        for (var i = 0; i < chosen.Length; i++)
        {
            centroid[i] = chosen[i];
        }

        for (var row = 0; row < part.LocalRows; row++)
        {
            distances[row] = Math.Min(distances[row], KMeansTrainer.SquaredDistance(part.Features.Row(row), centroid));
        }
    }

    // What the sum of distances would be with each of the candidates.
    private static double[] SumsWith(TrainingPart part, float[][] candidates, double[] distances)
    {
        var centroids = Array.ConvertAll(candidates, candidate => Array.ConvertAll(candidate, number => (double)number));
        return part.Sum(candidates.Length, (row, sum) =>
        {
            var features = part.Features.Row(row);
            for (var k = 0; k < centroids.Length; k++)
            {
                sum[k] += Math.Min(KMeansTrainer.SquaredDistance(features, centroids[k]), distances[row]);
            }
        });
    }
}
