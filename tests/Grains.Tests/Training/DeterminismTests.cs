using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class DeterminismTests
{
    [Theory]
    [InlineData("regression", "linear")]
    [InlineData("regression", "ridge")]
    [InlineData("regression", "lightgbm")]
    [InlineData("regression", "random_forest")]
    [InlineData("classification", "linear")]
    [InlineData("classification", "lightgbm")]
    [InlineData("classification", "random_forest")]
    [InlineData("regression", "lasso")]
    [InlineData("regression", "least_angle")]
    [InlineData("regression", "orthogonal_matching_pursuit")]
    [InlineData("regression", "bayesian_ridge")]
    [InlineData("regression", "automatic_relevance_determination")]
    [InlineData("regression", "huber")]
    [InlineData("regression", "quantile")]
    [InlineData("regression", "linear_svm")]
    [InlineData("regression", "stochastic_gradient_descent")]
    [InlineData("regression", "passive_aggressive")]
    [InlineData("regression", "xgboost_random_forest")]
    [InlineData("regression", "extra_trees")]
    [InlineData("regression", "bagging")]
    [InlineData("classification", "linear_svm")]
    [InlineData("classification", "stochastic_gradient_descent")]
    [InlineData("classification", "perceptron")]
    [InlineData("classification", "passive_aggressive")]
    [InlineData("classification", "extra_trees")]
    [InlineData("classification", "bagging")]
    [InlineData("regression", "ada_boost")]
    [InlineData("classification", "ada_boost")]
    [InlineData("clustering", "kmeans")]
    [InlineData("decomposition", "pca")]
    public void The_same_rows_in_another_order_and_other_files_give_the_same_bytes(string task, string algorithm)
    {
        var dataset = task == "regression" ? "diabetes" : "iris";
        var isSupervised = task is "regression" or "classification";
        var table = isSupervised ? Table.Load(dataset, "target") : Table.Load(dataset, null).Without("target");
        var spec = Trainer.Spec(table, task, algorithm) with { Hyperparams = """{"seed": 3}""" };
        var first = Trainer.Train(table, spec);

        var second = Trainer.Train(table.Shuffled(5), spec with { Run = 99, Database = "other", Project = "other", Role = "other" }, files: 4);

        second.Image.ShouldBe(first.Image);
        second.Result.ImageSha256.ShouldBe(first.Result.ImageSha256);
    }

    [Theory]
    [InlineData("random_forest")]
    [InlineData("lightgbm")]
    [InlineData("extra_trees")]
    [InlineData("bagging")]
    [InlineData("passive_aggressive")]
    [InlineData("stochastic_gradient_descent")]
    [InlineData("ada_boost")]
    public void Another_seed_gives_another_split_and_model(string algorithm)
    {
        var table = Table.Load("diabetes", "target");

        var first = Trainer.Train(table, "regression", algorithm, """{"seed": 1}""");
        var second = Trainer.Train(table, "regression", algorithm, """{"seed": 2}""");

        second.Result.ImageSha256.ShouldNotBe(first.Result.ImageSha256);
        second.Metric("r2").ShouldNotBe(first.Metric("r2"));
    }
}
