using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class AdaBoostTests
{
    [Theory]
    [InlineData(2, 1, new[] { 0.469728, 0.530272, 0.469728, 0.530272, 0.469728, 0.530272 })]
    [InlineData(2, 2, new[] { 0.4956, 0.5044, 0.4956, 0.5044, 0.405542, 0.594458 })]
    [InlineData(3, 1, new[] { 0.333348, 0.335321, 0.331331, 0.332798, 0.30912, 0.358083, 0.350885, 0.309236, 0.339879 })]
    [InlineData(3, 2, new[] { 0.339211, 0.34721, 0.313579, 0.325468, 0.29456, 0.379972, 0.343235, 0.295111, 0.361654 })]
    public void Probabilities_are_those_that_scikit_learns_SAMME_gave_for_the_same_rows(int labels, int depth, double[] expected)
    {
        var table = Table.Of(Enumerable.Range(0, 80).Select(i => new double[] { i * 37 % 101, i * 53 % 103 }),
            Enumerable.Range(0, 80).Select(i => (object?)(double)((i * 37 % 101 * 2 + i * 53 % 103) / 60 % labels)));
        var spec = Trainer.Spec(table, "classification", "ada_boost") with
        {
            TestSize = 0,
            Hyperparams = $$"""{"n_estimators": 10, "learning_rate": 0.7, "max_depth": {{depth}}}""",
        };
        using var model = Trainer.Train(table, spec).Open();

        float[][] rows = [[10, 90], [50, 50], [80, 20]];
        for (var row = 0; row < rows.Length; row++)
        {
            var probabilities = new float[labels];
            model.PredictProba(rows[row], probabilities);
            for (var label = 0; label < labels; label++)
            {
                ((double)probabilities[label]).ShouldBe(expected[row * labels + label], 2e-6);
            }
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("square")]
    [InlineData("exponential")]
    public void More_trees_are_better_than_one(string loss)
    {
        double R2(int trees) => Trainer.Train(Table.Load("diabetes", "target"), "regression", "ada_boost", $$"""{"n_estimators": {{trees}}, "loss": "{{loss}}"}""").Metric("r2");

        R2(50).ShouldBeGreaterThan(R2(1) + 0.03);
    }

    [Fact]
    public void Rows_that_a_tree_answers_without_error_are_answered_without_error()
    {
        var table = Table.Of(Enumerable.Range(0, 60).Select(i => new double[] { i }), Enumerable.Range(0, 60).Select(i => (object?)(i < 20 ? 1000.0 : 1001)));

        using var model = Trainer.Train(table, "regression", "ada_boost").Open();

        model.Predict([10]).ShouldBe(1000);
        model.Predict([50]).ShouldBe(1001);
    }

    [Fact]
    public void A_first_split_that_gains_nothing_by_itself_is_made_for_the_next()
    {
        var rows = Enumerable.Range(0, 80);
        var table = Table.Of(rows.Select(i => new double[] { i % 2, i / 2 % 2 }), rows.Select(i => (object?)(i % 2 == i / 2 % 2 ? "equal" : "different")));
        var spec = Trainer.Spec(table, "classification", "ada_boost") with { TestSize = 0, Hyperparams = """{"max_depth": 2}""" };

        using var model = Trainer.Train(table, spec).Open();

        new float[][] { [0, 0], [0, 1], [1, 0], [1, 1] }.Select(row => model.Predict(row)).ShouldBe([1, 0, 0, 1]);
    }

    [Fact]
    public void Rows_that_no_tree_tells_apart_get_the_label_that_most_have()
    {
        var table = Table.Of(Enumerable.Range(0, 60).Select(_ => new double[] { 3 }), Enumerable.Range(0, 60).Select(i => (object?)(i % 3 == 0 ? "few" : "many")));

        using var model = Trainer.Train(table, "classification", "ada_boost").Open();

        model.Predict([3]).ShouldBe(1);
    }
}
