using Graincast.Tests.Training;
using Graincast.Training;

namespace Graincast.Tests.Quality;

/// <summary>An algorithm on a bundled set. linnerud: chins from the five other columns.</summary>
internal sealed record Problem(string Dataset, string Task, string Algorithm, Table Table, string Hyperparams, int Clusters)
{
    private static readonly (string Dataset, string Label, string Task, int Groups)[] Sets =
    [
        ("diabetes", "target", "regression", 3),
        ("linnerud", "chins", "regression", 2),
        ("breast_cancer", "malignant", "classification", 2),
        ("iris", "target", "classification", 3),
        ("wine", "target", "classification", 3),
        ("digits", "target", "classification", 10),
    ];

    public static IReadOnlyList<Problem> All { get; } = [.. Sets.SelectMany(Of)];

    public string Name => $"{Task}/{Algorithm}/{Dataset}";

    public string KeyMetric => Task switch
    {
        "regression" => "r2",
        "classification" => "f1",
        "clustering" => "silhouette",
        _ => "cumulative_explained_variance",
    };

    public TrainingSpec Spec(int seed) => Trainer.Spec(Table, Task, Algorithm) with { Hyperparams = $$"""{"seed": {{seed}}{{Hyperparams}}}""" };

    private static IEnumerable<Problem> Of((string Dataset, string Label, string Task, int Groups) set)
    {
        var table = Table.Load(set.Dataset, set.Label);
        string[] own = set.Task == "regression"
            ? ["lasso", "elastic_net", "least_angle", "lasso_least_angle", "orthogonal_matching_pursuit", "bayesian_ridge", "automatic_relevance_determination", "huber", "quantile"]
            : ["linear_svm"];
        foreach (var algorithm in new[] { "linear", "ridge", "lightgbm", "random_forest", "extra_trees", "bagging" }.Concat(own))
        {
            // Ten trees on linnerud's 15 rows: the mean r2 of scikit-learn's own has a deviation of 0.12 over other random states.
            if ((set.Dataset, algorithm) != ("linnerud", "bagging"))
            {
                yield return new Problem(set.Dataset, set.Task, algorithm, table, "", 0);
            }
        }

        var features = table.Without(set.Label);
        yield return new Problem(set.Dataset, "clustering", "kmeans", features, $", \"n_clusters\": {set.Groups}", set.Groups);
        yield return new Problem(set.Dataset, "decomposition", "pca", features, ", \"n_components\": 2", 0);
    }
}
