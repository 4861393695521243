namespace Graincast.Tests.Quality;

/// <summary>Where our mean is worse than the counterpart's by more than the margin, and why, as far as it is known. Deviations are of the counterpart's own score.</summary>
internal static class Shortfalls
{
    private const string FewRows = "5 held-out rows, 15 to learn from: chance";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["regression/xgboost/diabetes"] = "chance: one training row less moves theirs by 0.03 (deviation, a seed)",
        ["regression/xgboost_random_forest/linnerud"] = FewRows,
        ["regression/bagging/linnerud"] = FewRows,
        ["regression/svm/linnerud"] = FewRows + "; and another loss, as the NOTICE says",
        ["regression/stochastic_gradient_descent/linnerud"] = "ours is the objective's minimum, theirs stops before it, which helps with 15 rows",
        ["regression/passive_aggressive/diabetes"] = "seed 4 alone, 0.18 against 0.43: not explained; other orders of the rows move theirs by 0.03 (deviation, a seed)",
        ["classification/gradient_boosting_trees/iris"] = "seed 1, 3 of 38 rows: LightGBM weighs rows by their hessians when it splits, theirs does not",
        ["classification/svm/digits"] = "theirs tells each pair of labels apart, ours each label from the rest",
        ["classification/passive_aggressive/iris"] = "seed 4: the last rows of the last epoch decide; theirs moves by 0.07 over orders of rows (deviation, a seed)",
        ["clustering/mini_batch_kmeans/linnerud"] = FewRows,
    };
}
