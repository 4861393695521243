namespace Graincast.Training;

/// <summary>The silhouette of a clustering (Rousseeuw 1987), Euclidean.</summary>
internal static class Silhouette
{
    /// <summary>All pairs are compared: this many rows are 12.5 million of them. Rows are sorted by hash, so the first are a fair sample.</summary>
    public const int MaxRows = 5000;

    /// <param name="features">Local rows × features, as the learner sees them.</param>
    /// <param name="clusters">Index of each row's cluster.</param>
    /// <param name="hashes">Content hash of each row, ascending.</param>
    /// <param name="ranks">The parts; all get the number, which a search compares.</param>
    /// <returns>−1 … 1, the mean over the first <see cref="MaxRows"/> rows; NaN unless these lie in 2 … rows − 1 clusters.</returns>
    public static double Of(FloatTable features, int[] clusters, ulong[] hashes, Communicator ranks)
    {
        var sample = SilhouetteSample.Gather(features, clusters, hashes, MaxRows, ranks);
        return ranks.Sum(ranks.IsRoot ? Of(sample.Features, sample.Clusters) : 0);
    }

    private static double Of(FloatTable features, int[] clusters)
    {
        var rows = features.Rows;
        var used = clusters.Distinct().ToArray();
        if (used.Length < 2 || used.Length >= rows)
        {
            return double.NaN;
        }

        var place = used.Index().ToDictionary(cluster => cluster.Item, cluster => cluster.Index);
        var sizes = used.Select(cluster => clusters.Count(own => own == cluster)).ToArray();
        var sums = new double[rows * used.Length];
        for (var a = 0; a < rows; a++)
        {
            for (var b = a + 1; b < rows; b++)
            {
                var distance = Distance(features.Row(a), features.Row(b));
                sums[a * used.Length + place[clusters[b]]] += distance;
                sums[b * used.Length + place[clusters[a]]] += distance;
            }
        }

        double total = 0;
        for (var row = 0; row < rows; row++)
        {
            total += OfRow(sums.AsSpan(row * used.Length, used.Length), sizes, place[clusters[row]]);
        }

        return total / rows;
    }

    private static double OfRow(ReadOnlySpan<double> sums, int[] sizes, int own)
    {
        if (sizes[own] == 1)
        {
            return 0;
        }

        var within = sums[own] / (sizes[own] - 1);
        var nearest = double.PositiveInfinity;
        for (var cluster = 0; cluster < sizes.Length; cluster++)
        {
            nearest = cluster == own ? nearest : Math.Min(nearest, sums[cluster] / sizes[cluster]);
        }

        var larger = Math.Max(within, nearest);
        return larger == 0 ? 0 : (nearest - within) / larger;
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }
}
