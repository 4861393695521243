using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>The image format on disk. Set GRAINCAST_WRITE_GOLDEN=1 to write the files anew, once a change of format is meant.</summary>
public sealed class GoldenImageTests
{
    [Theory]
    [MemberData(nameof(SampleModels.Names), MemberType = typeof(SampleModels))]
    public void A_model_is_written_as_the_bytes_that_databases_already_hold(string name)
    {
        var written = ImageWriter.Write(SampleModels.ByName[name]);
        if (Environment.GetEnvironmentVariable("GRAINCAST_WRITE_GOLDEN") == "1")
        {
            File.WriteAllBytes(Path.Combine(SourceFolder(), "golden", name + ".image"), written);
        }

        written.SequenceEqual(File.ReadAllBytes(GoldenPath(name))).ShouldBeTrue(
            $"The bytes of golden/{name}.image changed. Images are stored in catalogs and named by their hash: if the change was not meant, undo it. " +
            "If it was, raise the version in FORMAT.md, score_image.h and ImageLayout.cs, let the kernel read both versions, keep the old file as " +
            "a file of its own that must still open, and write the new ones with GRAINCAST_WRITE_GOLDEN=1.");
    }

    [Theory]
    [MemberData(nameof(SampleModels.Names), MemberType = typeof(SampleModels))]
    public void A_stored_image_still_opens_and_answers_as_its_definition_says(string name)
    {
        var image = SampleModels.ByName[name];
        using var model = ScoringModel.Open(GoldenPath(name));
        var row = SampleModels.Rows(image, 1, seed: 5).Select(x => float.IsNaN(x) ? 0.5f : x).ToArray();
        var scores = new double[model.Outputs];
        model.Scores(row, scores);
        foreach (var (score, expected) in scores.Zip(ReferenceScorer.Scores(image, row)))
        {
            (score.Equals(expected) || Math.Abs(score - expected) <= 1e-12).ShouldBeTrue($"{score:R} instead of {expected:R}");
        }

        model.Predict(row).ShouldBe(ReferenceScorer.Answer(image, scores));
    }

    internal static string GoldenPath(string name) => Path.Combine(AppContext.BaseDirectory, "Scoring", "golden", name + ".image");

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
