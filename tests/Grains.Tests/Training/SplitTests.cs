using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class SplitTests
{
    private static readonly Table Rare = Table.Of(
        Enumerable.Range(0, 100).Select(i => new double[] { i, i % 7 }),
        Enumerable.Range(0, 100).Select(i => (object?)(i < 4 ? "rare" : i < 34 ? "some" : "many")));

    [Theory]
    [InlineData(0.25f, 75, 25)]
    [InlineData(10f, 90, 10)]
    [InlineData(0.001f, 99, 1)]
    [InlineData(0f, 100, 0)]
    public void The_test_size_is_a_fraction_up_to_one_and_rows_above(float testSize, int training, int test)
    {
        foreach (var sampling in new[] { "random", "last", "stratified" })
        {
            var trained = Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "linear") with { TestSize = testSize, Sampling = sampling });

            trained.Metric("training_rows").ShouldBe(training);
            trained.Metric("test_rows").ShouldBe(test);
        }
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(100f)]
    [InlineData(5000f)]
    public void A_split_without_training_rows_is_refused(float testSize)
    {
        var error = Trainer.Refusal(() => Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "linear") with { TestSize = testSize }));

        error.SqlState.ShouldBe("22023");
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_label_keeps_a_training_row_when_stratified()
    {
        var trained = Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "linear") with { TestSize = 97 });

        using var model = trained.Open();
        model.Labels.Select(label => label.Text).ShouldBe(["many", "rare", "some"]);
        trained.Metric("training_rows").ShouldBe(3);
        Trainer.Refusal(() => Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "linear") with { TestSize = 98 })).SqlState.ShouldBe("22023");
    }

    [Fact]
    public void Last_holds_out_what_arrived_last_also_when_its_labels_are_new()
    {
        // The first rows arrive with the labels rare and some, all that follows is new to the model: nothing can be right.
        var trained = Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "linear") with { TestSize = 66, Sampling = "last" });

        using var model = trained.Open();
        model.Labels.Select(label => label.Text).ShouldBe(["rare", "some"]);
        trained.Metric("accuracy").ShouldBe(0);
        trained.HasMetric("roc_auc").ShouldBeFalse();
    }

    [Fact]
    public void Holding_out_nothing_measures_on_the_training_rows_and_says_so()
    {
        var trained = Trainer.Train(Rare, Trainer.Spec(Rare, "classification", "lightgbm") with { TestSize = 0 });

        trained.Progress.ShouldContain("split: 100 training, none held out: metrics are those of the training rows");
        trained.Metric("accuracy").ShouldBeGreaterThan(0.9);
    }
}
