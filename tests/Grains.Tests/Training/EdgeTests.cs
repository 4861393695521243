using Graincast.Scoring;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Every supervised algorithm of the catalog on data with little in it.</summary>
public class EdgeTests
{
    public static TheoryData<string> Regressions() => [.. AlgorithmCatalog.Entries.Where(entry => entry.Task == ModelTask.Regression).Select(entry => entry.Name)];

    public static TheoryData<string> Classifications() => [.. AlgorithmCatalog.Entries.Where(entry => entry.Task == ModelTask.Classification).Select(entry => entry.Name)];

    [Theory, MemberData(nameof(Regressions))]
    public void A_constant_label_is_the_answer(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 60).Select(i => new[] { i % 7 / 7.0, i % 5 / 5.0 }), Enumerable.Range(0, 60).Select(_ => (object?)4.0));

        using var model = SparseTests.Fit(table, algorithm, "{}");

        // Passive-aggressive steps end within epsilon, an SVM at a compromise with its penalised intercept.
        model.Predict([0.5f, 0.5f]).ShouldBe(4, 0.15f);
    }

    [Theory, MemberData(nameof(Regressions))]
    public void A_column_that_does_not_vary_does_no_harm(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 60).Select(i => new[] { 5.0, i / 60.0 }), Enumerable.Range(0, 60).Select(i => (object?)(double)i));

        using var model = SparseTests.Fit(table, algorithm, "{}");

        model.Predict([5, 0.9f]).ShouldBeGreaterThan(algorithm is "quantile" or "passive_aggressive" ? 20 : 30);
    }

    [Theory, MemberData(nameof(Classifications))]
    public void One_column_tells_two_labels_apart(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 90).Select(i => new[] { i < 45 ? -1.0 - i % 9 / 9.0 : 1 + i % 9 / 9.0 }), Enumerable.Range(0, 90).Select(i => (object?)(i < 45 ? "low" : "high")));

        var trained = Trainer.Train(table, "classification", algorithm);

        trained.Metric("f1").ShouldBe(1);
    }

    [Theory, MemberData(nameof(Classifications))]
    public void Three_labels_each_with_a_column_of_its_own_are_told_apart(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 150).Select(i => Enumerable.Range(0, 3).Select(column => column == i % 3 ? 1.0 + i % 11 / 11.0 : i % 13 / 26.0).ToArray()),
            Enumerable.Range(0, 150).Select(i => (object?)"abc"[i % 3].ToString()));

        Trainer.Train(table, "classification", algorithm).Metric("f1").ShouldBeGreaterThan(0.97);
    }

    [Theory, MemberData(nameof(Regressions))]
    public void NaN_is_learnt_from_or_refused_by_name(string algorithm)
    {
        var table = Table.Of(Enumerable.Range(0, 60).Select(i => new[] { i == 7 ? double.NaN : i }), Enumerable.Range(0, 60).Select(i => (object?)(double)i));
        if (AlgorithmCatalog.Find(ModelTask.Regression, algorithm).NonFinite == NonFinite.Learnt)
        {
            Trainer.Train(table, "regression", algorithm);
            return;
        }

        Trainer.Refusal(() => Trainer.Train(table, "regression", algorithm)).Message.ShouldBe($"column \"x0\" has NaN, which {algorithm} cannot learn from");
    }
}
