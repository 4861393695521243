using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>The prepared sample has the features größe ×2, color one-hot ×3, city by value, with the weights 1 to 6.</summary>
public sealed class EncodingTests
{
    private static readonly ModelImage Prepared = SampleModels.ByName["linear-prepared"];

    [Fact]
    public void Columns_say_what_they_are_called_and_where_their_inputs_lie()
    {
        using var model = ScoringModel.Open(ImageWriter.Write(Prepared));
        model.Columns.ShouldBe(
        [
            new("größe", ColumnKind.Number, MissingInput.Fill, 0, 2),
            new("color", ColumnKind.Text, MissingInput.Error, 2, 1),
            new("city", ColumnKind.Text, MissingInput.Fill, 3, 1),
        ]);
        (model.Inputs, model.Features).ShouldBe((4, 6));
    }

    [Theory]
    [InlineData(1, "red", 0)]
    [InlineData(1, "blue", 1)]
    [InlineData(1, "", 2)]
    [InlineData(1, "re", float.NaN)]
    [InlineData(1, "redd", float.NaN)]
    [InlineData(2, "Ulm", 0)]
    [InlineData(2, "Berlin", 1)]
    [InlineData(0, "red", float.NaN)]
    public void A_text_has_the_number_of_its_category_in_the_order_of_the_column(int column, string text, float expected)
    {
        using var model = ScoringModel.Open(ImageWriter.Write(Prepared));
        model.Category(column, text).ShouldBe(expected);
    }

    [Fact]
    public void Each_of_many_categories_is_found()
    {
        Category[] categories = [.. Enumerable.Range(0, 3000).Select(i => new Category($"{(i * 7919) % 3001}ß", i))];
        ImageColumn[] columns =
        [
            new("first", ColumnKind.Text, 1, Encoder.Value, categories[..10], [], [], []),
            new("second", ColumnKind.Text, 1, Encoder.Value, categories, [], [], []),
        ];
        using var model = ScoringModel.Open(ImageWriter.Write(
            new ModelImage(ModelTask.Regression, columns, new LinearLearner([0, 1], [0]), Link.Identity, 1, [], "{}")));
        for (var i = 0; i < categories.Length; i++)
        {
            model.Category(1, categories[i].Text).ShouldBe(i);
        }
    }

    [Fact]
    public void A_one_hot_category_picks_its_own_weight_and_an_unknown_one_none()
    {
        Score([1, 2, 0, 0]).ShouldBe(Score([1, 2, float.NaN, 0]) + 3);
        Score([1, 2, 1, 0]).ShouldBe(Score([1, 2, float.NaN, 0]) + 4);
        Score([1, 2, 2, 0]).ShouldBe(Score([1, 2, float.NaN, 0]) + 5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(0.5f)]
    [InlineData(1e30f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_number_that_is_no_category_counts_as_an_unknown_one(float number) =>
        Score([1, 2, number, 0]).ShouldBe(Score([1, 2, float.NaN, 0]));

    [Fact]
    public void A_category_by_value_is_scaled_like_a_number()
    {
        // Ulm: (3.5 − 0.5) · 2, Berlin: (−1 − 0.5) · 2, weight 6.
        (Score([1, 2, 0, 0]) - Score([1, 2, 0, 1])).ShouldBe(6 * (6 - -3));
    }

    [Fact]
    public void A_missing_number_is_filled_before_it_is_scaled()
    {
        Score([float.NaN, 2, 0, 0]).ShouldBe(Score([7, 2, 0, 0]));
        Score([1, 2, 0, float.NaN]).ShouldBe(Score([1, 2, 0, 1]));
    }

    [Fact]
    public void A_fill_of_NaN_leaves_the_missing_number_to_the_learner() =>
        Score([1, float.NaN, 0, 0]).ShouldBe(double.NaN);

    [Fact]
    public void Number_features_are_centered_then_scaled() =>
        // ((1 − 1) · 0.5) · 1 + ((2 − 2) · 4) · 2 = 0; one more of each adds 0.5 · 1 + 4 · 2.
        (Score([2, 3, 0, 0]) - Score([1, 2, 0, 0])).ShouldBe(8.5);

    private static double Score(float[] row)
    {
        using var model = ScoringModel.Open(ImageWriter.Write(Prepared));
        var score = new double[1];
        model.Scores(row, score);
        return score[0];
    }
}
