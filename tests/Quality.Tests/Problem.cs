using System.Text.Json;
using Graincast.Tests.Training;
using Graincast.Training;

namespace Graincast.Tests.Quality;

/// <summary>An algorithm on a bundled set. linnerud: chins from the five other columns.</summary>
/// <param name="Settings">Hyperparameters of ours and theirs: a JSON object.</param>
/// <param name="OwnSettings">Of ours alone, where theirs have no name for what they do.</param>
/// <param name="IsScaled">Each feature is scaled to mean 0 and deviation 1 for both, as scikit-learn asks for.</param>
internal sealed record Problem(string Dataset, string Task, string Algorithm, Table Table, string Settings, string OwnSettings, bool IsScaled)
{
    /// <summary>Few rows held out say little: so many are, over all splits of a set together.</summary>
    private const int HeldOut = 2000;

    /// <summary>Of any set.</summary>
    private const int LeastSplits = 5;

    private static readonly (string Dataset, string Label, string Task, int Groups)[] Sets =
    [
        ("diabetes", "target", "regression", 3),
        ("linnerud", "chins", "regression", 2),
        ("breast_cancer", "malignant", "classification", 2),
        ("iris", "target", "classification", 3),
        ("wine", "target", "classification", 3),
        ("digits", "target", "classification", 10),
    ];

    /// <summary>Whatever the catalog offers, on every set that it applies to.</summary>
    public static IReadOnlyList<Problem> All { get; } = [.. AlgorithmCatalog.Entries.OrderBy(entry => entry.Task).SelectMany(Of)];

    public string Name => $"{Task}/{Algorithm}/{Dataset}";

    public string KeyMetric => Task switch
    {
        "regression" => "r2",
        "classification" => "f1",
        "clustering" => "silhouette",
        _ => "cumulative_explained_variance",
    };

    /// <summary>Seeds 0 … Splits − 1 are compared; a quarter of the rows is held out.</summary>
    public int Splits => Math.Max(LeastSplits, HeldOut * 4 / Table.Rows.Count);

    public TrainingSpec Spec(int seed) => Trainer.Spec(Table, Task, Algorithm) with
    {
        Hyperparams = Join(Settings, OwnSettings, $$"""{"seed": {{seed}}}"""),
        Preprocess = IsScaled ? Join([.. Table.Columns.Where(column => !column.IsLabel).Select(column => $$$"""{"{{{column.Name}}}": {"scale": "standard"}}""")]) : "{}",
    };

    private static IEnumerable<Problem> Of(AlgorithmEntry entry)
    {
        var task = AlgorithmCatalog.NameOf(entry.Task);
        foreach (var set in Sets)
        {
            var isSupervised = task is "regression" or "classification";
            if (isSupervised && set.Task != task)
            {
                continue;
            }

            var table = Table.Load(set.Dataset, set.Label);
            var (settings, own) = (task, entry.Name) switch
            {
                ("clustering", _) => ($$"""{"n_clusters": {{set.Groups}}}""", "{}"),
                ("decomposition", _) => ("""{"n_components": 2}""", "{}"),
                (_, "xgboost") => ("""{"max_depth": 6, "learning_rate": 0.3, "min_child_weight": 1, "reg_lambda": 1}""", """{"min_data_in_leaf": 0}"""),
                (_, "gradient_boosting_trees") => ("""{"max_depth": 3, "min_samples_leaf": 1}""", "{}"),
                (_, "svm") => ("""{"kernel": "linear"}""", "{}"),
                _ => ("{}", "{}"),
            };
            yield return new Problem(set.Dataset, task, entry.Name, isSupervised ? table : table.Without(set.Label), settings, own,
                entry.Name is "svm" or "stochastic_gradient_descent" or "passive_aggressive" or "perceptron");
        }
    }

    private static string Join(params IEnumerable<string> objects) =>
        JsonSerializer.Serialize(objects.SelectMany(json => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!).ToDictionary());
}
