using Shouldly;
using Xunit;

namespace Graincast.Tests.Quality;

/// <summary>Our key metric against scikit-learn's for the same family on our split: the mean of five seeds, at most 0.02 worse.</summary>
public class QualityTests(Comparison comparison, ITestOutputHelper output) : IClassFixture<Comparison>
{
    private const double Margin = 0.02;

    public static TheoryData<string> Problems() => [.. Problem.All.Select(problem => problem.Name)];

    [Theory]
    [MemberData(nameof(Problems))]
    public void The_key_metric_is_not_worse_than_that_of_scikit_learn(string problem)
    {
        if (!ScikitLearn.IsInstalled)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", ScikitLearn.Missing);
            Assert.Fail(ScikitLearn.Missing);
        }

        var (ours, theirs) = comparison.Of(problem);
        output.WriteLine($"{problem,-46} ours {ours:F4}  scikit-learn {theirs:F4}  difference {Math.Round(ours - theirs, 4) + 0.0:0.0000}");
        ours.ShouldBeGreaterThanOrEqualTo(theirs - Margin);
    }
}
