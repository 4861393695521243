using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>grains/Training/ALGORITHMS.md is written from the catalog: GRAINCAST_REWRITE=1 and this test write it anew.</summary>
public class AlgorithmsPageTests
{
    [Fact]
    public void The_page_says_what_the_catalog_offers()
    {
        var path = PagePath();
        if (Environment.GetEnvironmentVariable("GRAINCAST_REWRITE") == "1")
        {
            File.WriteAllText(path, Write());
        }

        File.ReadAllText(path).ShouldBe(Write(), "Run this test with GRAINCAST_REWRITE=1 and review the difference.");
    }

    private static string PagePath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../grains/Training/ALGORITHMS.md"));

    private static string Write()
    {
        var page = new StringBuilder(
            """
            # Algorithms

            Written from the catalog by AlgorithmsPageTests. Every algorithm takes `seed` (also `random_state`): all random choices derive from it.
            Where rows stay where they are, the model is that of all rows at one node, but for rounding; with `subsample` below 1 boosted trees draw at each node
            from its own rows, and depend on how many nodes there are. So do the forests that LightGBM grows: xgboost_random_forest, extra_trees, bagging.

            Every algorithm heeds `weight_column`. A row of weight n is n copies of it, exactly where the answer is an optimum of sums over rows (the linear algorithms, k-means
            from a start, pca); trees count rows, not weights, in `min_data_in_leaf`, `subsample` and bins; `perceptron` and `stochastic_gradient_descent` make a row's
            step as many times as long as its weight is of the mean weight, `passive_aggressive` multiplies C by it. Weights are narrowed to float32. What preparation learns, and metrics, count every row once.

            A name that is not trained by the library or method it brings to mind says so in a NOTICE: the column "notice" has it. What is not in the table is
            refused (0A000), with a HINT that lists the task's algorithms.

            | task | algorithm | done by | NaN and infinite features | rows of several nodes | hyperparameters | notice |
            |---|---|---|---|---|---|---|

            """);
        foreach (var entry in AlgorithmCatalog.Entries.OrderBy(entry => entry.Task))
        {
            var nonFinite = entry.NonFinite == NonFinite.Learnt ? "learnt; NaN = missing" : "22023";
            page.AppendLine(CultureInfo.InvariantCulture, $"| {AlgorithmCatalog.NameOf(entry.Task)} | {entry.Name} | {entry.Implementation} | {nonFinite} | {(entry.IsGathered ? "are gathered at one" : "stay where they are")} | {TableOf(entry)} | {entry.Notice} |");
        }

        foreach (var group in AlgorithmCatalog.Entries.GroupBy(entry => TableOf(entry)))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\n| name | default | allowed | also called |\n|---|---|---|---|\n");
            foreach (var hyperparameter in group.First().Table.All)
            {
                var allowed = hyperparameter.Name == "num_threads" ? "a whole number from 1 to the machine's cores" : hyperparameter.Allowed();
                page.AppendLine(CultureInfo.InvariantCulture, $"| {hyperparameter.Name} | {Default(hyperparameter)} | {allowed} | {string.Join(", ", hyperparameter.Aliases)} |");
            }
        }

        return page.ToString();
    }

    private static string TableOf(AlgorithmEntry entry) =>
        entry.Table == BoostingTables.All ? "boosted trees" : $"{entry.Name} ({string.Join(", ", AlgorithmCatalog.Entries.Where(other => other.Table == entry.Table).Select(other => AlgorithmCatalog.NameOf(other.Task)))})";

    private static string Default(Hyperparameter hyperparameter) => hyperparameter.Default switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
