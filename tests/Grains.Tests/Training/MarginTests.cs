using Graincast.Scoring;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Linear models of margins: small steps in any direction are for the worse.</summary>
public class MarginTests
{
    // Of three labels.
    private static readonly (int First, int Second)[] Pairs = [(0, 1), (0, 2), (1, 2)];

    [Theory]
    [InlineData("linear_svm", "{}", 1e-7)]
    [InlineData("svm", """{"C": 0.1}""", 5e-4)]
    public void No_step_makes_scikit_learns_objective_smaller_for_labels(string algorithm, string hyperparams, double tolerance)
    {
        foreach (var (dataset, label) in new[] { ("iris", "target"), ("breast_cancer", "malignant") })
        {
            var table = Table.Load(dataset, label);
            var trained = Trainer.Train(table, Trainer.Spec(table, "classification", algorithm) with { TestSize = 0, Hyperparams = hyperparams });
            trained.Progress.ShouldNotContain(line => line.Contains("not converged"));
            using var model = trained.Open();
            var labels = table.Rows.Select(row => model.Labels.ToList().FindIndex(own => own.Value == Convert.ToDouble(row[^1]))).ToArray();
            for (var output = 0; output < model.Outputs; output++)
            {
                var (negative, positive) = model.Outputs == 1 ? (0, 1) : model.Link == Link.Votes ? Pairs[output] : (-1, output);
                ShouldBeSmallest(table, model, output, tolerance, Penalty(trained, table.Rows.Count), (score, row) =>
                    labels[row] == positive ? LossOf(trained, score) : negative < 0 || labels[row] == negative ? LossOf(trained, -score) : 0);
            }
        }
    }

    [Theory]
    [InlineData("linear_svm", "{}", 1e-7)]
    [InlineData("linear_svm", """{"C": 100, "epsilon": 10}""", 1e-7)]
    [InlineData("svm", "{}", 5e-4)]
    [InlineData("svm", """{"C": 100, "epsilon": 10}""", 5e-4)]
    public void No_step_makes_scikit_learns_objective_smaller_for_numbers(string algorithm, string hyperparams, double tolerance)
    {
        var table = Table.Load("diabetes", "target");
        var trained = Trainer.Train(table, Trainer.Spec(table, "regression", algorithm) with { TestSize = 0, Hyperparams = hyperparams });
        trained.Progress.ShouldNotContain(line => line.Contains("not converged"));
        using var model = trained.Open();

        ShouldBeSmallest(table, model, 0, tolerance, Penalty(trained, table.Rows.Count), (score, row) =>
            LossOf(trained, (double)table.Rows[row][^1]! - score));
    }

    [Fact]
    public void One_row_after_the_other_is_learnt_until_labels_that_a_line_separates_are_right()
    {
        var random = new Random(3);
        var features = Enumerable.Range(0, 200).Select(_ => new[] { random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1 }).Where(row => Math.Abs(row[0] + 2 * row[1] - 0.3) > 0.2).ToList();
        var table = Table.Of(features, features.Select(row => (object?)(row[0] + 2 * row[1] > 0.3 ? "above" : "below")));
        foreach (var algorithm in new[] { "perceptron", "passive_aggressive", "linear_svm", "stochastic_gradient_descent" })
        {
            Trainer.Train(table, "classification", algorithm).Metric("f1").ShouldBe(1, algorithm);
        }
    }

    [Fact]
    public void Passive_aggressive_steps_find_a_plane()
    {
        var random = new Random(3);
        var features = Enumerable.Range(0, 300).Select(_ => new[] { random.NextDouble(), random.NextDouble() }).ToList();
        var table = Table.Of(features, features.Select(row => (object?)(3 * row[0] - row[1] + 2)));

        Trainer.Train(table, "regression", "passive_aggressive", """{"epsilon": 0.01, "tol": 0}""").Metric("r2").ShouldBeGreaterThan(0.99);
    }

    [Fact]
    public void The_mean_of_an_epochs_models_hangs_less_on_the_order_of_the_rows_than_the_last_of_them()
    {
        var random = new Random(3);
        var features = Enumerable.Range(0, 200).Select(_ => new[] { random.NextDouble(), random.NextDouble() }).ToList();
        var table = Table.Of(features, features.Select(row => (object?)(3 * row[0] - row[1] + random.NextDouble())));

        Spread("true").ShouldBeLessThan(Spread("false") / 3);

        double Spread(string average)
        {
            var scores = Enumerable.Range(0, 8).Select(seed => Trainer.Train(table, Trainer.Spec(table, "regression", "passive_aggressive") with
            {
                Sampling = "last",
                Hyperparams = $$"""{"average": {{average}}, "seed": {{seed}}}""",
            }).Metric("r2")).ToList();
            return scores.Max() - scores.Min();
        }
    }

    // What the objective has beside the mean loss: of the weights, and of the intercept.
    private static (double Weights, double Intercept) Penalty(Trained trained, int rows) =>
        (1 / (trained.Hyperparam("C").GetDouble() * rows),
            trained.Result.Hyperparams.TryGetProperty("intercept_scaling", out _) ? 1 / (trained.Hyperparam("C").GetDouble() * rows) : 0);

    private static double LossOf(Trained trained, double margin)
    {
        var epsilon = trained.Result.Hyperparams.TryGetProperty("epsilon", out var own) ? own.GetDouble() : 0;
        return trained.Hyperparam("loss").GetString() switch
        {
            "hinge" => Math.Max(0, 1 - margin),
            "squared_hinge" => Math.Pow(Math.Max(0, 1 - margin), 2),
            "epsilon_insensitive" => Math.Max(0, Math.Abs(margin) - epsilon),
            _ => Math.Pow(Math.Max(0, Math.Abs(margin) - epsilon), 2),
        };
    }

    private static void ShouldBeSmallest(Table table, ScoringModel model, int output, double tolerance, (double Weights, double Intercept) penalty, Func<double, int, double> loss)
    {
        var rows = table.Rows.Select(row => row[..^1].Select(value => (double)(float)Convert.ToDouble(value)).ToArray()).ToList();
        var width = model.Inputs;
        var scores = new double[model.Outputs];
        model.Scores(new float[width], scores);
        var point = new double[width + 1];
        point[width] = scores[output];
        for (var i = 0; i < width; i++)
        {
            var inputs = new float[width];
            inputs[i] = 1;
            model.Scores(inputs, scores);
            point[i] = scores[output] - point[width];
        }

        double Objective(double[] at) =>
            rows.Select((row, r) => loss(row.Select((value, i) => value * at[i]).Sum() + at[width], r)).Average()
            + penalty.Weights / 2 * at[..width].Sum(weight => weight * weight) + penalty.Intercept / 2 * at[width] * at[width];
        var best = Objective(point);
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            // Relative to what moves the scores by about one deviation.
            var size = Math.Pow(10, -1 - trial % 4);
            var scale = Math.Max(1, Math.Sqrt(best));
            var moved = point.Select((value, i) => value + (trial % 3 == 0 && i != trial % (width + 1) ? 0 : size * scale * (random.NextDouble() - 0.5) / (i == width ? 1 : Math.Sqrt(rows.Average(row => row[i] * row[i]))))).ToArray();
            Objective(moved).ShouldBeGreaterThanOrEqualTo(best - tolerance * Math.Max(1, best));
        }
    }
}
