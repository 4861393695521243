using System.Globalization;

namespace Graincast.Training;

/// <summary>Grows trees with given parameters on this part's rows.</summary>
/// <param name="part">The rows.</param>
/// <param name="bins">Of the same parameters.</param>
/// <param name="bags">Of the same parameters.</param>
/// <param name="parameters">LightGBM's.</param>
/// <param name="iterations">How often to grow a tree an output.</param>
/// <param name="name">For progress.</param>
internal sealed class LightGbmGrowth(TrainingPart part, LightGbmBins bins, LightGbmBags bags, string parameters, long iterations, string name)
{
    /// <summary>What makes trees repeat bit for bit, on one machine or several.</summary>
    public static IEnumerable<(string Name, object Value)> Repeatable(long threads, long seed, int machines) =>
    [
        ("num_threads", threads),
        ("seed", seed),
        ("deterministic", "true"),
        ("force_col_wise", "true"),
        ("feature_pre_filter", "false"),
        ("verbosity", -1),
        .. machines > 1 ? new (string, object)[] { ("tree_learner", "data"), ("num_machines", machines), ("pre_partition", "true") } : [],
    ];

    public static string Text(IEnumerable<(string Name, object Value)> parameters) =>
        string.Join(' ', parameters.Select(parameter => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}={parameter.Value}")));

    /// <param name="rows">Which of this part's.</param>
    /// <param name="labels">Of all this part's rows.</param>
    /// <param name="start">The score of each output to start from; none: zeros.</param>
    /// <param name="machines">Who grow together.</param>
    /// <param name="progress">Told of iterations.</param>
    /// <returns>The model's text.</returns>
    public string Grow(Range rows, float[] labels, double[] start, Communicator machines, ProgressReporter progress)
    {
        // It keeps its messages' callback by thread too.
        LightGbmApi.Silence();
        using var network = new LightGbmNetwork(machines);
        var own = labels.AsSpan(rows);
        using var dataset = new LightGbmDataset(bins, part, rows, own, start, parameters);
        using var booster = new LightGbmBooster(dataset, parameters);
        for (var iteration = 1; iteration <= iterations && booster.Update(bags.Before(iteration, own.Length)); iteration++)
        {
            LightGbmNetwork.ThrowIfFailed();
            progress.Step(iteration, () => $"{name}: iteration {iteration} of {iterations}");
        }

        LightGbmNetwork.ThrowIfFailed();
        return booster.Text();
    }
}
