using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>The row of all parts that is farthest from its centroid; of equally far ones the one with the smallest content hash.</summary>
/// <param name="Features">Its features.</param>
/// <param name="Weight">How often it counts.</param>
/// <param name="Cluster">The cluster that it is in.</param>
/// <param name="LocalRow">Its place among this part's rows; null when another part has it.</param>
internal sealed record FarthestRow(float[] Features, double Weight, int Cluster, int? LocalRow)
{
    public static FarthestRow Find(TrainingPart part, int[] assigned, double[] distances)
    {
        var own = 0;
        for (var row = 1; row < part.LocalRows; row++)
        {
            own = distances[row] > distances[own] ? row : own;
        }

        ReadOnlySpan<Candidate> candidate = part.LocalRows == 0 ? [] : [new Candidate(distances[own], part.Hashes[own], part.WeightOf(own), assigned[own])];
        var (best, winner) = part.Ranks.AllGather(candidate).Index()
            .SelectMany(rank => rank.Item.Select(found => (Found: found, Rank: rank.Index)))
            .OrderByDescending(found => found.Found.Distance).ThenBy(found => found.Found.Hash).ThenBy(found => found.Rank).First();
        var isOwn = winner == part.Ranks.Rank;
        var features = part.Ranks.AllGather<float>(isOwn ? part.Features.Row(own) : [])[winner];
        return new FarthestRow(features, best.Weight, best.Cluster, isOwn ? own : null);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Candidate(double Distance, ulong Hash, double Weight, long ClusterIndex)
    {
        public int Cluster => (int)ClusterIndex;
    }
}
