using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class DataErrorTests
{
    private static Table With(double feature, object? label) => Table.Of(
        Enumerable.Range(0, 40).Select(i => new[] { i == 20 ? feature : i, i * i % 11 }),
        Enumerable.Range(0, 40).Select(i => i == 20 ? label : i % 2 == 0 ? 1.0 : 2.0));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void Labels_that_are_not_finite_are_refused(double label)
    {
        foreach (var task in new[] { "regression", "classification" })
        {
            var error = Trainer.Refusal(() => Trainer.Train(With(1, label), task, "lightgbm"));
            error.SqlState.ShouldBe("22023");
            error.Message.ShouldStartWith("label column \"y\" has the value");
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("ridge")]
    [InlineData("random_forest")]
    public void Features_that_an_algorithm_cannot_learn_from_are_refused_by_column(string algorithm)
    {
        foreach (var value in new[] { double.NaN, double.NegativeInfinity, 1e300 })
        {
            var error = Trainer.Refusal(() => Trainer.Train(With(value, 1.0), "regression", algorithm));
            error.SqlState.ShouldBe("22023");
            error.Message.ShouldStartWith("column \"x0\" has");
        }
    }

    [Fact]
    public void One_label_only_is_refused()
    {
        var table = Table.Of(Enumerable.Range(0, 20).Select(i => new double[] { i }), Enumerable.Repeat((object?)"yes", 20));
        var error = Trainer.Refusal(() => Trainer.Train(table, "classification", "linear"));

        error.SqlState.ShouldBe("22023");
        error.Message.ShouldContain("one label only, \"yes\"");
    }

    [Fact]
    public void A_continuous_label_is_refused_for_classification_with_a_hint()
    {
        var table = Table.Of(Enumerable.Range(0, 2000).Select(i => new double[] { i }), Enumerable.Range(0, 2000).Select(i => (object?)(i * 0.1)));

        Trainer.Refusal(() => Trainer.Train(table, "classification", "linear")).Hint.ShouldBe("Did you mean task => 'regression'?");
    }

    [Theory]
    [InlineData("regression", "linear")]
    [InlineData("regression", "ridge")]
    [InlineData("regression", "lightgbm")]
    [InlineData("regression", "random_forest")]
    [InlineData("classification", "linear")]
    [InlineData("classification", "ridge")]
    [InlineData("classification", "lightgbm")]
    [InlineData("classification", "random_forest")]
    public void Constant_columns_and_more_features_than_rows_are_learnt_from(string task, string algorithm)
    {
        var random = new Random(3);
        var table = Table.Of(
            Enumerable.Range(0, 12).Select(i => Enumerable.Range(0, 40).Select(j => j < 3 ? 7.5 : random.NextDouble() + i % 2).ToArray()),
            Enumerable.Range(0, 12).Select(i => (object?)(double)(i % 2)));

        var trained = Trainer.Train(table, task, algorithm);

        using var model = trained.Open();
        float.IsFinite(model.Predict(new float[40])).ShouldBeTrue();
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("ridge")]
    [InlineData("lightgbm")]
    [InlineData("random_forest")]
    public void A_constant_label_is_predicted(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 40).Select(i => new double[] { i, i % 3 }), Enumerable.Repeat((object?)4.25, 40));

        using var model = Trainer.Train(table, "regression", algorithm).Open();
        model.Predict([100, 1]).ShouldBe(4.25f, 1e-6f);
    }

    [Fact]
    public void Clusters_and_components_beyond_the_rows_are_refused()
    {
        var table = Table.Of(Enumerable.Range(0, 12).Select(i => new double[] { i % 3, 1 }));

        Trainer.Refusal(() => Trainer.Train(table, "clustering", "kmeans", """{"n_clusters": 10}""")).Message.ShouldContain("more than the 9 training rows");
        Trainer.Refusal(() => Trainer.Train(table, "clustering", "kmeans", """{"n_clusters": 4}""")).Message.ShouldContain("3 different ones");
        Trainer.Refusal(() => Trainer.Train(table, "decomposition", "pca", """{"n_components": 3}""")).Message.ShouldContain("2 is the most here");
        var constant = Table.Of(Enumerable.Range(0, 12).Select(_ => new double[] { 0.1, 1 }));
        Trainer.Refusal(() => Trainer.Train(constant, "decomposition", "pca")).SqlState.ShouldBe("22023");
    }
}
