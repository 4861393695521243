using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class LinearRegressionTests
{
    [Fact]
    public void Known_weights_are_found_again()
    {
        var random = new Random(1);
        var features = Enumerable.Range(0, 200).Select(_ => new[] { random.Next(-50, 50), random.Next(1000) / 8.0, random.Next(10) }).ToList();
        var table = Table.Of(features, features.Select(row => (object?)(3 * row[0] - 0.5 * row[1] + 7 * row[2] + 11)));

        var trained = Trainer.Train(table, "regression", "linear");

        using var model = trained.Open();
        model.Predict([0, 0, 0]).ShouldBe(11f, 1e-5f);
        model.Predict([1, 2, 3]).ShouldBe(3 - 1 + 21 + 11, 1e-5f);
        trained.Metric("r2").ShouldBe(1, 1e-12);
        trained.Metric("training_rows").ShouldBe(150);
        trained.Metric("test_rows").ShouldBe(50);
    }

    [Fact]
    public void Weights_equal_those_of_a_singular_value_decomposition_on_diabetes()
    {
        var table = Table.Load("diabetes", "target");
        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", "linear") with { TestSize = 0 });

        var x = Matrix<double>.Build.DenseOfRowArrays(table.Rows.Select(row => row[..^1].Select(value => (double)(float)(double)value!).Append(1).ToArray()));
        var y = Vector<double>.Build.DenseOfEnumerable(table.Rows.Select(row => (double)row[^1]!));
        var expected = x.Svd().Solve(y);

        using var model = trained.Open();
        var origin = new double[1];
        model.Scores(new float[10], origin);
        origin[0].ShouldBe(expected[10], 1e-9 * Math.Abs(expected[10]));
        for (var i = 0; i < 10; i++)
        {
            var inputs = new float[10];
            inputs[i] = 1;
            var score = new double[1];
            model.Scores(inputs, score);
            (score[0] - origin[0]).ShouldBe(expected[i], 1e-9 * Math.Abs(expected[i]) + 1e-9);
        }
    }

    [Theory]
    [InlineData(6, 40)]
    [InlineData(30, 12)]
    public void Dependent_features_get_the_solution_with_the_smallest_norm(int width, int rows)
    {
        var random = new Random(2);
        var features = Enumerable.Range(0, rows).Select(_ =>
        {
            var row = Enumerable.Range(0, width).Select(i => (double)random.Next(-9, 9) * (i + 1)).ToArray();
            row[1] = 2 * row[0];
            row[2] = 5;
            return row;
        }).ToList();
        var labels = features.Select(row => 4 * row[0] - row[3] + random.Next(3)).ToArray();
        var table = Table.Of(features, labels.Select(label => (object?)label));

        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", "linear") with { TestSize = 0 });

        var x = Matrix<double>.Build.DenseOfRowArrays(features);
        var means = x.ColumnSums() / rows;
        var centred = Matrix<double>.Build.Dense(rows, width, (i, j) => x[i, j] - means[j]);
        var expected = centred.PseudoInverse() * (Vector<double>.Build.DenseOfArray(labels) - labels.Average());
        using var model = trained.Open();
        var weights = Weights(model);
        weights.L2Norm().ShouldBe(expected.L2Norm(), 1e-8);
        (weights - expected).L2Norm().ShouldBeLessThan(1e-8);
    }

    internal static Vector<double> Weights(ScoringModel model)
    {
        var origin = new double[1];
        model.Scores(new float[model.Inputs], origin);
        return Vector<double>.Build.Dense(model.Inputs, i =>
        {
            var inputs = new float[model.Inputs];
            inputs[i] = 1;
            var score = new double[1];
            model.Scores(inputs, score);
            return score[0] - origin[0];
        });
    }
}
