using System.Globalization;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class BundledSetTests(ITestOutputHelper output)
{
    /// <summary>Data set, label, task, algorithm, least key metric on the held-out rows of seed 0; no key metric: NaN.</summary>
    public static TheoryData<string, string?, string, string, double> Trainings()
    {
        var data = new TheoryData<string, string?, string, string, double>();
        foreach (var algorithm in new[] { "linear", "ridge", "lightgbm", "xgboost", "gradient_boosting_trees", "hist_gradient_boosting", "random_forest", "catboost", "xgboost_random_forest", "extra_trees", "bagging" })
        {
            data.Add("diabetes", "target", "regression", algorithm, 0.25);
            data.Add("linnerud", "chins", "regression", algorithm, -2);
            data.Add("breast_cancer", "malignant", "classification", algorithm, 0.9);
            data.Add("iris", "target", "classification", algorithm, algorithm == "ridge" ? 0.75 : 0.9);
            data.Add("wine", "target", "classification", algorithm, 0.9);
            data.Add("digits", "target", "classification", algorithm, 0.9);
        }

        // On unscaled features and with scikit-learn's defaults some of these learn little; wine and breast_cancer have features in the hundreds.
        foreach (var (algorithm, least) in new[]
        {
            ("lasso", 0.25), ("elastic_net", -0.1), ("least_angle", 0.25), ("lasso_least_angle", 0.25), ("orthogonal_matching_pursuit", 0.2),
            ("bayesian_ridge", 0.25), ("automatic_relevance_determination", 0.25), ("huber", 0.25), ("quantile", -0.2), ("linear_svm", -1.5), ("svm", -1.5),
            ("stochastic_gradient_descent", 0.2), ("passive_aggressive", 0.1),
        })
        {
            data.Add("diabetes", "target", "regression", algorithm, least);
            // Its features, in the hundreds, are too large for gradient steps, and the metrics say so: StochasticGradientTests.
            if (algorithm != "stochastic_gradient_descent")
            {
                data.Add("linnerud", "chins", "regression", algorithm, -100);
            }
        }

        foreach (var algorithm in new[] { "linear_svm", "svm", "stochastic_gradient_descent", "perceptron", "passive_aggressive" })
        {
            data.Add("breast_cancer", "malignant", "classification", algorithm, 0.7);
            data.Add("iris", "target", "classification", algorithm, 0.5);
            data.Add("wine", "target", "classification", algorithm, 0.3);
            data.Add("digits", "target", "classification", algorithm, 0.85);
        }

        foreach (var (dataset, label) in new[] { ("iris", "target"), ("wine", "target"), ("digits", "target"), ("breast_cancer", "malignant") })
        {
            data.Add(dataset, label, "clustering", "kmeans", 0.1);
            data.Add(dataset, label, "clustering", "mini_batch_kmeans", 0.1);
            data.Add(dataset, label, "decomposition", "pca", 0.999999);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Every_algorithm_learns_every_bundled_set_of_its_task(string dataset, string? label, string task, string algorithm, double least)
    {
        var isSupervised = task is "regression" or "classification";
        var table = Table.Load(dataset, isSupervised ? label : null);
        table = isSupervised ? table : table.Without(label!);

        var trained = Trainer.Train(table, task, algorithm);

        output.WriteLine(trained.Result.Metrics.ToString());
        var key = task switch { "regression" => "r2", "classification" => "f1", "clustering" => "silhouette", _ => "cumulative_explained_variance" };
        trained.Metric(key).ShouldBeGreaterThanOrEqualTo(least);
        trained.Result.Rows.ShouldBe(table.Rows.Count);
        trained.Result.Features.ShouldBe(dataset == "digits" ? 64 : table.Columns.Count(column => !column.IsLabel));
    }
}
