using Orleans.Runtime;

namespace Graincast.Placement;

/// <summary>What a caller is told when a grain at another node cannot be reached.</summary>
public static class NodeLost
{
    /// <summary>Whether a call failed because of the silo that it went to, and not because of what it asked for.</summary>
    public static bool IsCauseOf(Exception exception) => exception is OrleansException or TimeoutException;

    /// <summary>08006, by the node's name: a prediction's.</summary>
    public static GraincastException InPrediction(string node, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new GraincastException(
            SqlState.ConnectionLost,
            exception is TimeoutException ? $"the silo of node {node} did not answer in time" : $"the silo of node {node} cannot be reached",
            "Try again; \"graincast status\" there tells whether it is up.",
            exception.Message,
            exception);
    }

    /// <summary>08006, by the node's name: a training's.</summary>
    public static GraincastException Error(string node, Exception? exception = null) => new(
        SqlState.ConnectionLost,
        $"the silo of node {node} was lost in the training",
        "Nothing was written. Train again when the silo is up: \"graincast status\" there.",
        exception?.Message ?? "",
        exception);
}
