using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>Numbers that stored images hold. A new one may be added at the end; an old one must keep its meaning for ever.</summary>
public sealed class FrozenNumberTests
{
    private const string Advice = "This number is in stored images: give the new meaning a new number and keep the old one.";

    [Fact]
    public void Tasks_keep_their_numbers() => Frozen<ModelTask>("Regression=1 Classification=2 Clustering=3 Decomposition=4");

    [Fact]
    public void Links_keep_their_numbers() => Frozen<Link>("Identity=1 Logistic=2 Softmax=3 Share=4 Votes=5");

    [Fact]
    public void Column_kinds_keep_their_numbers() => Frozen<ColumnKind>("Number=1 Text=2");

    [Fact]
    public void Encoders_keep_their_numbers() => Frozen<Encoder>("None=0 Value=1 OneHot=2");

    [Fact]
    public void Readings_of_missing_numbers_keep_their_numbers() => Frozen<MissingSplit>("None=0 Zero=1 NaN=2");

    [Fact]
    public void Meanings_of_null_keep_their_numbers() => Frozen<MissingInput>("Error=0 Fill=1");

    [Theory]
    [InlineData("linear", 1)]
    [InlineData("trees", 2)]
    [InlineData("centroids", 3)]
    [InlineData("components", 4)]
    [InlineData("external", 5)]
    public void Learners_keep_their_numbers(string name, int number) =>
        BitConverter.ToInt32(ImageWriter.Write(SampleModels.ByName[name]), 88).ShouldBe(number, Advice);

    private static void Frozen<T>(string expected)
        where T : struct, Enum =>
        string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={Convert.ToInt32(value)}")).ShouldBe(expected, Advice);
}
