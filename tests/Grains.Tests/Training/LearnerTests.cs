using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Learners against other ways to compute the same.</summary>
public class LearnerTests
{
    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(100)]
    public void Ridge_equals_least_squares_on_rows_that_stand_for_the_penalty(double alpha)
    {
        var table = Table.Load("diabetes", "target");
        var spec = Trainer.Spec(table, "regression", "ridge") with { TestSize = 0, Hyperparams = $$"""{"alpha": {{alpha}}}""" };
        using var model = Trainer.Train(table, spec).Open();

        var x = Matrix<double>.Build.DenseOfRowArrays(table.Rows.Select(row => row[..^1].Select(value => (double)(float)(double)value!).ToArray()));
        var y = Vector<double>.Build.DenseOfEnumerable(table.Rows.Select(row => (double)row[^1]!));
        var means = x.ColumnSums() / x.RowCount;
        var centred = Matrix<double>.Build.Dense(x.RowCount, 10, (i, j) => x[i, j] - means[j]);
        var augmented = centred.Stack(Matrix<double>.Build.DenseIdentity(10) * Math.Sqrt(alpha));
        var target = Vector<double>.Build.Dense(x.RowCount + 10, i => i < x.RowCount ? y[i] - y.Average() : 0);
        var expected = augmented.QR().Solve(target);
        var weights = LinearRegressionTests.Weights(model);
        (weights - expected).L2Norm().ShouldBeLessThan(1e-9 * expected.L2Norm());
    }

    [Theory]
    [InlineData("breast_cancer", "malignant", 1.0)]
    [InlineData("iris", "target", 1.0)]
    [InlineData("wine", "target", 0.1)]
    public void The_gradient_of_scikit_learns_objective_vanishes_at_the_logistic_weights(string dataset, string label, double c)
    {
        var table = Table.Load(dataset, label);
        using var model = Trainer.Train(table, Trainer.Spec(table, "classification", "linear") with { TestSize = 0, Hyperparams = $$"""{"C": {{c}}, "tol": 1e-9, "max_iter": 20000}""" }).Open();
        var width = model.Inputs;
        var outputs = model.Outputs;
        var origin = new double[outputs];
        model.Scores(new float[width], origin);
        var gradient = new double[outputs, width + 1];
        foreach (var row in table.Rows)
        {
            var features = row[..^1].Select(value => (float)Convert.ToDouble(value)).ToArray();
            var probabilities = new float[model.Labels.Count];
            model.PredictProba(features, probabilities);
            var own = Convert.ToDouble(row[^1]);
            for (var k = 0; k < outputs; k++)
            {
                var index = outputs == 1 ? 1 : k;
                var slope = probabilities[index] - (model.Labels[index].Value == own ? 1 : 0);
                for (var j = 0; j < width; j++)
                {
                    gradient[k, j] += c * slope * features[j];
                }

                gradient[k, width] += c * slope;
            }
        }

        for (var j = 0; j < width; j++)
        {
            var inputs = new float[width];
            inputs[j] = 1;
            var scores = new double[outputs];
            model.Scores(inputs, scores);
            var size = table.Rows.Max(row => Math.Abs(Convert.ToDouble(row[j])));
            for (var k = 0; k < outputs; k++)
            {
                // Relative to what one row may add; the probabilities are floats.
                Math.Abs(gradient[k, j] + scores[k] - origin[k]).ShouldBeLessThan(1e-3 * c * size + 1e-4);
            }
        }

        for (var k = 0; k < outputs; k++)
        {
            Math.Abs(gradient[k, width]).ShouldBeLessThan(1e-3);
        }
    }

    [Fact]
    public void Components_are_those_of_a_singular_value_decomposition()
    {
        var table = Table.Load("wine", null).Without("target");
        var trained = Trainer.Train(table, Trainer.Spec(table, "decomposition", "pca") with { TestSize = 0, Hyperparams = """{"n_components": 3}""" });
        using var model = trained.Open();

        var x = Matrix<double>.Build.DenseOfRowArrays(table.Rows.Select(row => row.Select(value => (double)(float)(double)value!).ToArray()));
        var means = x.ColumnSums() / x.RowCount;
        var svd = Matrix<double>.Build.Dense(x.RowCount, x.ColumnCount, (i, j) => x[i, j] - means[j]).Svd();
        var origin = new double[3];
        model.Scores(new float[13], origin);
        for (var j = 0; j < 13; j++)
        {
            var inputs = new float[13];
            inputs[j] = 1;
            var scores = new double[3];
            model.Scores(inputs, scores);
            for (var k = 0; k < 3; k++)
            {
                var expected = svd.VT.Row(k);
                var sign = Math.Sign(expected[expected.AbsoluteMaximumIndex()]);
                (scores[k] - origin[k]).ShouldBe(sign * expected[j], 1e-7);
            }
        }

        var variances = svd.S.PointwisePower(2);
        trained.Metric("cumulative_explained_variance").ShouldBe(variances.Take(3).Sum() / variances.Sum(), 1e-12);
    }

    [Fact]
    public void Components_can_be_asked_for_by_their_share_of_the_variance()
    {
        var table = Table.Load("iris", null).Without("target");
        var trained = Trainer.Train(table, "decomposition", "pca", """{"n_components": 0.95}""");

        using var model = trained.Open();
        model.Outputs.ShouldBe(2);
        trained.Metric("cumulative_explained_variance").ShouldBeInRange(0.95, 0.99);
    }

    [Fact]
    public void Clusters_that_lie_apart_are_found_with_their_means()
    {
        var random = new Random(4);
        double[][] centres = [[0, 0], [100, 0], [0, 100], [100, 100]];
        var rows = Enumerable.Range(0, 200).Select(i => centres[i % 4].Select(value => value + random.NextDouble()).ToArray()).ToList();
        var table = Table.Of(rows);
        var trained = Trainer.Train(table, Trainer.Spec(table, "clustering", "kmeans") with { TestSize = 0, Hyperparams = """{"n_clusters": 4}""" });

        using var model = trained.Open();
        for (var centre = 0; centre < 4; centre++)
        {
            var own = rows.Where((_, i) => i % 4 == centre).ToList();
            var mean = new[] { (float)own.Average(row => row[0]), (float)own.Average(row => row[1]) };
            var cluster = model.Predict(mean);
            var distances = new double[4];
            model.Scores(mean, distances);
            distances[(int)cluster].ShouldBe(0, 1e-8);
        }

        trained.Metric("silhouette").ShouldBeGreaterThan(0.98);
    }
}
