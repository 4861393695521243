using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class RobustTests
{
    [Fact]
    public void Outliers_do_not_bend_hubers_line()
    {
        var table = Table.Of(
            Enumerable.Range(0, 100).Select(i => new[] { i / 10.0 }),
            Enumerable.Range(0, 100).Select(i => (object?)(i % 10 == 3 ? 1000.0 : 2 * i / 10.0 + 1 + i % 3 * 0.01)));

        using var robust = SparseTests.Fit(table, "huber", "{}");
        using var squares = SparseTests.Fit(table, "linear", "{}");

        robust.Predict([5]).ShouldBe(11, 0.2f);
        squares.Predict([5]).ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Hubers_intercept_is_found_also_where_no_weight_moves()
    {
        var table = Table.Of(Enumerable.Range(0, 40).Select(i => new double[] { i % 2 }), Enumerable.Range(0, 40).Select(i => (object?)(i % 10 == 9 ? 1000.0 : i % 10)));

        using var model = SparseTests.Fit(table, "huber", """{"alpha": 1e12, "max_iter": 10000, "tol": 1e-10}""");

        model.Predict([0]).ShouldBe(4.5f, 0.5f);
    }

    [Theory]
    [InlineData(1.35, 0.0001)]
    [InlineData(1.1, 0.5)]
    [InlineData(3, 0.01)]
    public void The_gradient_of_hubers_objective_vanishes(double epsilon, double alpha)
    {
        var table = Table.Load("diabetes", "target");
        using var model = SparseTests.Fit(table, "huber", $$"""{"epsilon": {{epsilon}}, "alpha": {{alpha}}, "tol": 1e-12, "max_iter": 10000}""");

        var rows = table.Rows.Select(row => row[..^1].Select(value => (float)(double)value!).ToArray()).ToList();
        var residuals = rows.Select((row, i) =>
        {
            var score = new double[1];
            model.Scores(row, score);
            return (double)table.Rows[i][^1]! - score[0];
        }).ToArray();
        // The scale where the objective's derivative by it vanishes.
        double low = 1e-6, high = 1e6;
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = residuals.Sum(residual => Math.Min(Math.Pow(residual / middle, 2), epsilon * epsilon)) > rows.Count ? (middle, high) : (low, middle);
        }

        var weights = LinearRegressionTests.Weights(model);
        var slopes = residuals.Select(residual => Math.Clamp(residual / low, -epsilon, epsilon)).ToArray();
        slopes.Sum().ShouldBe(0, 1e-6);
        for (var i = 0; i < 10; i++)
        {
            var slope = slopes.Select((value, row) => value * rows[row][i]).Sum();
            slope.ShouldBe(alpha * weights[i], 1e-7 * rows.Count);
        }
    }

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 0)]
    [InlineData(0.5, 0.02)]
    [InlineData(0.8, 0.005)]
    [InlineData(0.5, 1)]
    public void The_share_of_rows_below_is_the_quantile_and_no_weight_can_be_changed_for_the_better(double quantile, double alpha)
    {
        var table = Table.Load("diabetes", "target");
        using var model = SparseTests.Fit(table, "quantile", $$"""{"quantile": {{quantile}}, "alpha": {{alpha}}}""");

        var weights = LinearRegressionTests.Weights(model);
        var rows = table.Rows.Select(row => row[..^1].Select(value => (float)(double)value!).ToArray()).ToList();
        var residuals = rows.Select((row, i) =>
        {
            var score = new double[1];
            model.Scores(row, score);
            return (double)table.Rows[i][^1]! - score[0];
        }).ToArray();
        // Rows on the plane may count as below or above.
        var on = residuals.Select(residual => Math.Abs(residual) < 0.02).ToArray();
        on.Count(isOn => isOn).ShouldBeLessThanOrEqualTo(13);
        var below = residuals.Where((residual, row) => !on[row] && residual < 0).Count();
        below.ShouldBeLessThanOrEqualTo((int)Math.Ceiling(quantile * rows.Count) + 1);
        (below + on.Count(isOn => isOn)).ShouldBeGreaterThanOrEqualTo((int)Math.Floor(quantile * rows.Count) - 1);
        for (var i = 0; i < 10; i++)
        {
            var sum = residuals.Select((residual, row) => on[row] ? 0 : (residual > 0 ? quantile : quantile - 1) * rows[row][i]).Sum();
            var room = residuals.Select((_, row) => on[row] ? Math.Abs(rows[row][i]) : 0).Sum();
            Math.Abs(sum).ShouldBeLessThanOrEqualTo(alpha * rows.Count + room + 1e-3);
            if (Math.Abs(weights[i]) > 1)
            {
                sum.ShouldBe(alpha * rows.Count * Math.Sign(weights[i]), room + 1e-3);
            }
        }
    }
}
