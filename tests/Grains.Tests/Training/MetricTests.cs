using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Against numbers that scikit-learn 1.2.1 gave for the same rows.</summary>
public class MetricTests
{
    private static readonly int[] Truth = [0, 1, 2, 2, 1, 0, 2, 1, 0, 2];
    private static readonly int[] Answers = [0, 2, 2, 2, 1, 0, 1, 1, 2, 2];

    [Fact]
    public void Classification_metrics_are_those_of_scikit_learn()
    {
        var metrics = ClassificationMetrics.Of(Truth, Answers, 3, Communicator.Alone).ToDictionary();

        metrics["f1"].ShouldBe(0.7111111111111111, 1e-12);
        metrics["precision"].ShouldBe(0.7555555555555555, 1e-12);
        metrics["recall"].ShouldBe(0.6944444444444443, 1e-12);
        metrics["accuracy"].ShouldBe(0.7, 1e-12);
        metrics["mcc"].ShouldBe(0.5471422245456321, 1e-12);
    }

    [Fact]
    public void A_metric_that_is_not_defined_is_left_out()
    {
        var probabilities = new FloatTable(3, 2);
        foreach (var row in Enumerable.Range(0, probabilities.Rows))
        {
            probabilities.Row(row).Fill(0.5f);
        }

        var metrics = new MetricList(ProbabilityMetrics.Of([1, 1, 1], probabilities, Communicator.Alone));

        metrics.ToString().ShouldBe("log_loss 0.6931");
    }

    [Fact]
    public void Ties_count_half_in_the_area_under_the_curve()
    {
        var probabilities = new FloatTable(4, 2);
        float[] second = [0.1f, 0.4f, 0.4f, 0.8f];
        for (var row = 0; row < 4; row++)
        {
            (probabilities.Row(row)[0], probabilities.Row(row)[1]) = (1 - second[row], second[row]);
        }

        ProbabilityMetrics.Of([0, 0, 1, 1], probabilities, Communicator.Alone).ToDictionary()["roc_auc"].ShouldBe(0.875);
    }
}
