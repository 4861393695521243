using Graincast.Scoring;
using Graincast.Training;
using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Stochastic gradient descent: what its steps come near, when they end, and what weights, penalties and rates make of them.</summary>
public class StochasticGradientTests
{
    private const string Name = "stochastic_gradient_descent";
    private const int Seed = 11;

    // tol 0 and many epochs: the minimum is what they come near.
    private const string Patient = "\"tol\": 0, \"n_iter_no_change\": 50, \"max_iter\": 400, \"average\": true";

    [Theory]
    [InlineData("optimal")]
    [InlineData("invscaling")]
    [InlineData("adaptive")]
    [InlineData("constant")]
    public void Every_learning_rate_comes_near_the_minimum_that_ridge_finds(string rate)
    {
        const double Alpha = 0.1;
        var table = Plane(400, noise: 0.5);

        var weights = Weights(table, $$"""{"alpha": {{Alpha}}, "learning_rate": "{{rate}}", {{Patient}}}""");

        // Mean of ½ r² + ½ alpha w² is the sum of r² + n alpha w², over 2 n.
        Distance(weights, WeightsOf("ridge", table, $$"""{"alpha": {{Alpha * 400}}}""")).ShouldBeLessThan(0.03);
    }

    [Theory]
    [InlineData("log_loss", "linear", """{"C": 0.125}""")]
    [InlineData("hinge", "svm", """{"C": 0.125}""")]
    [InlineData("squared_hinge", "linear_svm", """{"C": 0.125, "intercept_scaling": 1000}""")]
    public void Every_loss_of_labels_comes_near_the_minimum_that_its_own_algorithm_finds(string loss, string algorithm, string hyperparams)
    {
        // 800 rows, so alpha = 1 / (C n) = 0.01.
        var table = Sides(800);

        var weights = Weights(table, $$"""{"loss": "{{loss}}", "alpha": 0.01, {{Patient}}}""", "classification");

        Distance(weights, WeightsOf(algorithm, table, hyperparams, "classification")).ShouldBeLessThan(0.05, loss);
    }

    [Theory]
    [InlineData("squared_error")]
    [InlineData("huber")]
    [InlineData("epsilon_insensitive")]
    [InlineData("squared_epsilon_insensitive")]
    public void Every_loss_of_numbers_finds_a_plane(string loss) =>
        Trainer.Train(Plane(400, noise: 0.01), "regression", Name, $$"""{"loss": "{{loss}}", "epsilon": 0.1, "tol": 1e-6, "eta0": 0.05}""").Metric("r2").ShouldBeGreaterThan(0.99);

    [Theory]
    [InlineData("hinge")]
    [InlineData("log_loss")]
    [InlineData("modified_huber")]
    [InlineData("squared_hinge")]
    [InlineData("perceptron")]
    public void Labels_that_a_plane_separates_are_right_as_the_perceptrons_are(string loss)
    {
        var table = Sides(300, gap: 0.3);

        Trainer.Train(table, "classification", "perceptron").Metric("f1").ShouldBe(1);
        Trainer.Train(table, "classification", Name, $$"""{"loss": "{{loss}}"}""").Metric("f1").ShouldBe(1);
    }

    [Fact]
    public void With_the_perceptrons_loss_and_rate_and_no_penalty_it_is_the_perceptron()
    {
        var table = Sides(300);

        var descent = Weights(table, """{"loss": "perceptron", "learning_rate": "constant", "eta0": 1, "penalty": "none"}""", "classification");

        descent.ShouldBe(WeightsOf("perceptron", table, "{}", "classification"));
    }

    [Theory]
    [InlineData("l1", 4)]
    [InlineData("elasticnet", 4)]
    [InlineData("l2", 0)]
    [InlineData("none", 0)]
    public void An_absolute_penalty_leaves_exact_zeros_where_a_feature_says_nothing(string penalty, int zeros)
    {
        // Features 0 and 1 make the plane, four others nothing.
        var weights = Weights(Plane(500, noise: 0.1), $$"""{"penalty": "{{penalty}}", "alpha": 0.1, "l1_ratio": 0.9}""");

        weights.Count(weight => weight == 0).ShouldBe(zeros, weights.ToString());
        weights[0].ShouldBeGreaterThan(2);
        weights[1].ShouldBeLessThan(-0.5);
    }

    [Fact]
    public void Without_a_penalty_the_optimal_rate_is_that_of_the_default_one() =>
        Trainer.Train(Sides(300, gap: 0.3), "classification", Name, """{"alpha": 0}""").Metric("f1").ShouldBe(1);

    [Theory]
    [InlineData("""{"tol": 1e6, "n_iter_no_change": 3}""", 4)]
    [InlineData("""{"tol": 1e6, "n_iter_no_change": 3, "max_iter": 2}""", 2)]
    // 0.01, 0.002 … 6.4e-7: seven rates.
    [InlineData("""{"tol": 1e6, "n_iter_no_change": 3, "learning_rate": "adaptive", "eta0": 0.01}""", 22)]
    [InlineData("""{"tol": 0, "n_iter_no_change": 100, "max_iter": 57}""", 57)]
    public void Epochs_end_when_the_loss_has_not_come_down_by_tol_for_as_many_as_are_allowed(string hyperparams, int epochs) =>
        Learn(hyperparams).Epochs.ShouldBe(epochs);

    [Fact]
    public void A_smaller_tol_takes_more_epochs() =>
        Learn("""{"tol": 1e-6}""").Epochs.ShouldBeGreaterThan(2 * Learn("""{"tol": 0.01}""").Epochs);

    [Fact]
    public void No_row_allocates_anything()
    {
        const string Settings = "\"tol\": 0, \"n_iter_no_change\": 1000, \"penalty\": \"elasticnet\", \"average\": true";
        Learn($$"""{ {{Settings}}, "max_iter": 3}""");

        Learn($$"""{ {{Settings}}, "max_iter": 53}""").Bytes.ShouldBeLessThan(Learn($$"""{ {{Settings}}, "max_iter": 3}""").Bytes + 50 * 200);
    }

    [Fact]
    public void Weights_that_are_all_alike_change_nothing() =>
        Learn("""{"penalty": "elasticnet"}""", weight: 4).Weights.ShouldBe(Learn("""{"penalty": "elasticnet"}""").Weights);

    [Fact]
    public void A_row_of_weight_n_counts_like_n_copies_near_the_minimum()
    {
        var table = Plane(400, noise: 3);
        var weighted = Weighted(table, row => row % 4);
        var copies = new Table(table.Columns, [.. table.Rows.SelectMany((row, i) => Enumerable.Repeat(row, i % 4))]);
        const string Settings = $$"""{"alpha": 0.1, {{Patient}}}""";

        Distance(Weights(weighted, Settings), Weights(copies, Settings)).ShouldBeLessThan(0.03);
        Distance(Weights(table, Settings), Weights(copies, Settings)).ShouldBeGreaterThan(0.06);
    }

    [Fact]
    public void The_mean_of_all_models_hangs_less_on_the_order_of_the_rows_than_the_last_of_them()
    {
        var table = Plane(200, noise: 3);

        Spread("true").ShouldBeLessThan(Spread("false") / 2);

        double Spread(string average)
        {
            var weights = Enumerable.Range(0, 8).Select(seed => Weights(table, $$"""{"average": {{average}}, "seed": {{seed}}, "learning_rate": "constant", "n_iter_no_change": 200, "max_iter": 200}""")[0]).ToList();
            return weights.Max() - weights.Min();
        }
    }

    [Fact]
    public void Steps_that_grow_on_unscaled_features_end_in_numbers_whose_metrics_tell()
    {
        var trained = Trainer.Train(Table.Load("linnerud", "chins"), "regression", Name);

        trained.Result.Metrics.GetProperty("r2").GetDouble().ShouldBeInRange(double.MinValue, -100);
    }

    [Fact]
    public void Steps_that_grow_until_no_real_holds_a_prediction_are_refused_with_what_to_do()
    {
        var features = Features(new Random(Seed), 200).Select(x => x.Select(value => 1e20 * value).ToArray()).ToList();

        var error = Trainer.Refusal(() => Trainer.Train(Table.Of(features, features.Select(x => (object?)(x[0] / 1e20))), "regression", Name));

        error.SqlState.ShouldBe("22003");
        error.Message.ShouldBe("stochastic_gradient_descent: the steps grow until predictions are beyond the range of real");
        error.Hint.ShouldContain("Scale the features");
    }

    /// <summary>How many epochs one learner takes, what it allocates, and what it learns.</summary>
    private static (long Epochs, long Bytes, double[] Weights) Learn(string hyperparams, double weight = 1)
    {
        var table = Plane(100, noise: 0.5);
        var (epochs, bytes, weights) = (0L, 0L, Array.Empty<double>());
        Trainer.Fit(Trainer.Spec(table, "regression", Name), table, (_, data) =>
        {
            var settings = AlgorithmCatalog.Find(ModelTask.Regression, Name).Table.Read(hyperparams, Name);
            var part = (data.Training with { Weights = [.. Enumerable.Repeat(weight, data.Training.LocalRows)] }).Weighed();
            var learner = new OnlineLearner(part, settings, OnlineMethod.StochasticGradient(part, settings), 1);
            var before = GC.GetAllocatedBytesForCurrentThread();
            learner.Run(new SplitMix64(Seed), epoch => epochs = epoch).ShouldBeTrue();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            weights = learner.Weights;
        });
        return (epochs, bytes, weights);
    }

    private static Vector<double> Weights(Table table, string hyperparams, string task = "regression") => WeightsOf(Name, table, hyperparams, task);

    private static Vector<double> WeightsOf(string algorithm, Table table, string hyperparams, string task = "regression")
    {
        using var model = Trainer.Train(table, Trainer.Spec(table, task, algorithm) with { TestSize = 0, Hyperparams = hyperparams }).Open();
        return LinearRegressionTests.Weights(model);
    }

    /// <summary>Relative to the second.</summary>
    private static double Distance(Vector<double> one, Vector<double> other) => (one - other).L2Norm() / other.L2Norm();

    private static Table Weighted(Table table, Func<int, double> weight) =>
        new([.. table.Columns, new("w", ColumnType.Float64, false, false, true)], [.. table.Rows.Select((row, i) => (object?[])[.. row, weight(i)])]);

    /// <summary>3 x0 − x1 + 2 and noise that grows with the row's number modulo 4; x2 … x5 say nothing.</summary>
    private static Table Plane(int rows, double noise)
    {
        var random = new Random(Seed);
        var features = Features(random, rows);
        return Table.Of(features, features.Select((x, row) => (object?)(3 * x[0] - x[1] + 2 + noise * (random.NextDouble() - 0.5 + row % 4 * x[2] / 4))));
    }

    /// <summary>Two labels at the sides of a plane; without a gap they overlap.</summary>
    private static Table Sides(int rows, double gap = 0)
    {
        var random = new Random(Seed);
        var features = Features(random, gap > 0 ? 4 * rows : rows).Where(x => Math.Abs(Side(x)) >= gap).Take(rows).ToList();
        return Table.Of(features, features.Select(x => (object?)(Side(x) + (gap > 0 ? 0 : random.NextDouble() - 0.5) > 0 ? "above" : "below")));

        static double Side(double[] x) => x[0] + 2 * x[1] - x[2];
    }

    private static List<double[]> Features(Random random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, 6).Select(_ => 2 * random.NextDouble() - 1).ToArray())];
}
