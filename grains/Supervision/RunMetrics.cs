using System.Text.Json.Nodes;
using Graincast.Training;

namespace Graincast.Supervision;

/// <summary>What only the supervisor knows of a training: how many nodes it took and what they sent each other.</summary>
internal static class RunMetrics
{
    /// <summary>Adds the nodes, and for more than one the metric <c>exchanged_bytes</c>.</summary>
    public static TrainingResult WithNodes(TrainingResult result, int nodes, long exchangedBytes)
    {
        if (nodes == 1)
        {
            return result with { Nodes = nodes };
        }

        JsonNode metrics = JsonNode.Parse(result.Metrics)!;
        metrics["exchanged_bytes"] = exchangedBytes;
        return result with { Nodes = nodes, ExchangedBytes = exchangedBytes, Metrics = metrics.ToJsonString() };
    }
}
