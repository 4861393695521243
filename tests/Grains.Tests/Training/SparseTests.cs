using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Linear models that leave features out, against the conditions of their optimum.</summary>
public class SparseTests
{
    [Fact]
    public void The_lasso_has_the_weights_that_scikit_learn_documents_for_diabetes()
    {
        using var model = Fit(Table.Load("diabetes", "target"), "lasso", "{}");

        var weights = LinearRegressionTests.Weights(model);
        double[] expected = [0, 0, 367.70, 6.30, 0, 0, 0, 0, 307.61, 0];
        for (var i = 0; i < expected.Length; i++)
        {
            weights[i].ShouldBe(expected[i], expected[i] == 0 ? 0 : 0.02);
        }
    }

    [Theory]
    [InlineData("lasso", 1, 1)]
    [InlineData("lasso", 0.01, 1)]
    [InlineData("lasso", 0.0001, 1)]
    [InlineData("lasso", 1000, 1)]
    [InlineData("lasso_least_angle", 1, 1)]
    [InlineData("lasso_least_angle", 0.01, 1)]
    [InlineData("lasso_least_angle", 0.0001, 1)]
    [InlineData("lasso_least_angle", 1000, 1)]
    [InlineData("elastic_net", 0.1, 0.5)]
    [InlineData("elastic_net", 0.001, 0.9)]
    [InlineData("elastic_net", 0.01, 0)]
    [InlineData("elastic_net", 0, 0.5)]
    public void No_weight_can_be_changed_for_the_better(string algorithm, double alpha, double ratio)
    {
        foreach (var (dataset, label) in new[] { ("diabetes", "target"), ("linnerud", "chins") })
        {
            var table = LabelLast(Table.Load(dataset, label));
            var settings = algorithm switch
            {
                "lasso" => $$"""{"alpha": {{alpha}}, "tol": 1e-12, "max_iter": 1000000}""",
                "elastic_net" => $$"""{"alpha": {{alpha}}, "l1_ratio": {{ratio}}, "tol": 1e-12, "max_iter": 1000000}""",
                _ => $$"""{"alpha": {{alpha}}}""",
            };
            using var model = Fit(table, algorithm, settings);
            var weights = LinearRegressionTests.Weights(model);
            var products = Products(table, model);
            var scale = Products(table, null).AbsoluteMaximum();
            for (var i = 0; i < weights.Count; i++)
            {
                var slope = products[i] - alpha * (1 - ratio) * weights[i];
                if (weights[i] != 0)
                {
                    slope.ShouldBe(alpha * ratio * Math.Sign(weights[i]), 1e-5 * scale, $"{dataset}, weight {i}");
                }
                else
                {
                    Math.Abs(slope).ShouldBeLessThanOrEqualTo(alpha * ratio + 1e-5 * scale, $"{dataset}, weight {i}");
                }
            }
        }
    }

    [Fact]
    public void Positive_weights_are_the_best_that_are_not_negative()
    {
        var table = Table.Load("diabetes", "target");
        using var model = Fit(table, "lasso", """{"alpha": 0.05, "positive": true, "tol": 1e-12, "max_iter": 100000}""");

        var weights = LinearRegressionTests.Weights(model);
        var products = Products(table, model);
        weights.Count(weight => weight > 0).ShouldBeInRange(2, 8);
        for (var i = 0; i < weights.Count; i++)
        {
            weights[i].ShouldBeGreaterThanOrEqualTo(0);
            products[i].ShouldBeLessThanOrEqualTo(0.05 + 1e-6);
            (weights[i] * (products[i] - 0.05)).ShouldBe(0, 1e-3);
        }
    }

    [Fact]
    public void Without_an_intercept_the_origin_stays_at_zero()
    {
        foreach (var algorithm in new[] { "lasso", "elastic_net", "least_angle", "lasso_least_angle", "orthogonal_matching_pursuit", "bayesian_ridge", "automatic_relevance_determination", "huber", "quantile", "linear_svm", "stochastic_gradient_descent", "passive_aggressive" })
        {
            var settings = algorithm == "linear_svm" ? """{"fit_intercept": false, "max_iter": 50}"""
                : algorithm == "stochastic_gradient_descent" ? """{"fit_intercept": false, "eta0": 1e-6}""" : """{"fit_intercept": false}""";
            using var model = Fit(Table.Load("linnerud", "chins"), algorithm, settings);
            model.Predict(new float[5]).ShouldBe(0, algorithm);
        }
    }

    [Fact]
    public void Least_angles_end_at_least_squares()
    {
        var table = Table.Load("diabetes", "target");
        using var path = Fit(table, "least_angle", "{}");
        using var squares = Fit(table, "linear", "{}");

        var expected = LinearRegressionTests.Weights(squares);
        (LinearRegressionTests.Weights(path) - expected).L2Norm().ShouldBeLessThan(1e-8 * expected.L2Norm());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Chosen_features_keep_equal_products_with_the_residual_larger_than_those_of_the_others(int count)
    {
        var table = Table.Load("diabetes", "target");
        using var model = Fit(table, "least_angle", $$"""{"n_nonzero_coefs": {{count}}}""");

        var weights = LinearRegressionTests.Weights(model);
        var products = Products(table, model).PointwiseAbs();
        var chosen = Enumerable.Range(0, 10).Where(i => weights[i] != 0).ToList();
        chosen.Count.ShouldBe(count);
        chosen.Max(i => products[i]).ShouldBe(chosen.Min(i => products[i]), 1e-9);
        // The step ends where the next feature's product has come up to theirs.
        Enumerable.Range(0, 10).Except(chosen).Max(i => products[i]).ShouldBe(products[chosen[0]], 1e-9);
    }

    [Fact]
    public void Matching_pursuit_fits_the_features_that_it_chooses_by_least_squares()
    {
        var table = Table.Load("diabetes", "target");
        using var model = Fit(table, "orthogonal_matching_pursuit", """{"n_nonzero_coefs": 4}""");
        using var all = Fit(table, "orthogonal_matching_pursuit", """{"tol": 0}""");
        using var squares = Fit(table, "linear", "{}");

        var weights = LinearRegressionTests.Weights(model);
        var products = Products(table, model);
        weights.Count(weight => weight != 0).ShouldBe(4);
        // bmi has the largest product with the target.
        weights[2].ShouldNotBe(0);
        for (var i = 0; i < 10; i++)
        {
            (weights[i] == 0 ? 0 : products[i]).ShouldBe(0, 1e-9);
        }

        var expected = LinearRegressionTests.Weights(squares);
        (LinearRegressionTests.Weights(all) - expected).L2Norm().ShouldBeLessThan(1e-8 * expected.L2Norm());
    }

    [Fact]
    public void More_features_than_there_are_cannot_be_chosen()
    {
        Trainer.Refusal(() => Fit(Table.Load("diabetes", "target"), "orthogonal_matching_pursuit", """{"n_nonzero_coefs": 11}""")).Message
            .ShouldBe("hyperparameter \"n_nonzero_coefs\" is 11, more than the 10 features");
    }

    internal static ScoringModel Fit(Table table, string algorithm, string hyperparams) =>
        Trainer.Train(table, Trainer.Spec(table, "regression", algorithm) with { TestSize = 0, Hyperparams = hyperparams }).Open();

    private static Table LabelLast(Table table)
    {
        var order = Enumerable.Range(0, table.Columns.Count).OrderBy(i => table.Columns[i].IsLabel).ToArray();
        return new Table([.. order.Select(i => table.Columns[i])], [.. table.Rows.Select(row => order.Select(i => row[i]).ToArray())]);
    }

    /// <summary>Xᵀ(y − prediction) / n on centred features; of the target itself without a model.</summary>
    internal static Vector<double> Products(Table table, ScoringModel? model)
    {
        var width = table.Columns.Count - 1;
        var rows = table.Rows.Select(row => row[..^1].Select(value => (float)(double)value!).ToArray()).ToList();
        var means = Enumerable.Range(0, width).Select(i => rows.Average(row => (double)row[i])).ToArray();
        var label = table.Rows.Average(row => (double)row[^1]!);
        var sum = Vector<double>.Build.Dense(width);
        for (var row = 0; row < rows.Count; row++)
        {
            double[] score = [label];
            model?.Scores(rows[row], score);
            for (var i = 0; i < width; i++)
            {
                sum[i] += (rows[row][i] - means[i]) * ((double)table.Rows[row][^1]! - score[0]) / rows.Count;
            }
        }

        return sum;
    }
}
