using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Precisions with the largest evidence are fixed points of its updates.</summary>
public class BayesianTests
{
    private static readonly Table Diabetes = Table.Load("diabetes", "target");

    [Fact]
    public void Bayesian_ridge_is_ridge_with_the_penalty_of_largest_evidence()
    {
        using var model = SparseTests.Fit(Diabetes, "bayesian_ridge", """{"tol": 1e-12, "max_iter": 10000}""");
        var weights = LinearRegressionTests.Weights(model);
        var products = SparseTests.Products(Diabetes, model) * Diabetes.Rows.Count;
        var (gram, residual) = Facts(model);
        // At ridge weights Xᵀ(y − Xw) is the penalty times the weights.
        var penalty = products.DotProduct(weights) / weights.DotProduct(weights);
        (products - penalty * weights).L2Norm().ShouldBeLessThan(1e-8 * products.L2Norm());

        var determined = gram.Evd(Symmetricity.Symmetric).EigenValues.Real().Sum(value => value / (value + penalty));
        var expected = determined / weights.DotProduct(weights) * residual / (Diabetes.Rows.Count - determined);
        // The priors, 1e-6, move it a little.
        penalty.ShouldBe(expected, 1e-3 * expected);
    }

    [Fact]
    public void Relevance_gives_each_weight_the_precision_that_its_own_evidence_says()
    {
        using var model = SparseTests.Fit(Diabetes, "automatic_relevance_determination", """{"tol": 1e-12, "max_iter": 100000, "threshold_lambda": 1}""");
        var weights = LinearRegressionTests.Weights(model);
        var products = SparseTests.Products(Diabetes, model) * Diabetes.Rows.Count;
        var (gram, residual) = Facts(model);
        var kept = Enumerable.Range(0, 10).Where(i => weights[i] != 0).ToArray();
        kept.Length.ShouldBeInRange(3, 9);
        var penalties = kept.Select(i => products[i] / weights[i]).ToArray();
        var inverse = Matrix<double>.Build.Dense(kept.Length, kept.Length, (i, j) => gram[kept[i], kept[j]] + (i == j ? penalties[i] : 0)).Inverse();
        var determined = penalties.Select((penalty, i) => 1 - penalty * inverse[i, i]).ToArray();
        var noise = residual / (Diabetes.Rows.Count - determined.Sum());
        for (var i = 0; i < kept.Length; i++)
        {
            var expected = noise * determined[i] / (weights[kept[i]] * weights[kept[i]]);
            penalties[i].ShouldBe(expected, 0.05 * expected);
        }
    }

    private static (Matrix<double> Gram, double Residual) Facts(Graincast.Scoring.ScoringModel model)
    {
        var x = Matrix<double>.Build.DenseOfRowArrays(Diabetes.Rows.Select(row => row[..^1].Select(value => (double)(float)(double)value!).ToArray()));
        var means = x.ColumnSums() / x.RowCount;
        var centred = Matrix<double>.Build.Dense(x.RowCount, 10, (i, j) => x[i, j] - means[j]);
        var residual = Diabetes.Rows.Sum(row =>
        {
            var score = new double[1];
            model.Scores(row[..^1].Select(value => (float)(double)value!).ToArray(), score);
            return Math.Pow((double)row[^1]! - score[0], 2);
        });
        return (centred.TransposeThisAndMultiply(centred), residual);
    }

    [Theory, InlineData("bayesian_ridge"), InlineData("automatic_relevance_determination")]
    public void More_features_than_rows_and_columns_that_are_the_same_give_finite_weights(string algorithm)
    {
        var random = new Random(11);
        var rows = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 60).Select(_ => random.NextDouble()).ToArray()).ToList();
        rows.ForEach(row => row[1] = row[0]);

        foreach (var targets in new[] { rows.Select(row => (object?)row.Sum()), rows.Select(_ => (object?)3.0) })
        {
            using var model = SparseTests.Fit(Table.Of(rows, targets), algorithm, "{}");

            LinearRegressionTests.Weights(model).ShouldAllBe(weight => double.IsFinite(weight) && Math.Abs(weight) < 1e3);
        }
    }
}
