using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Graincast.Architecture;

/// <summary>The pages that say what is where.</summary>
public sealed partial class PageTests
{
    [Theory, InlineData("contracts"), InlineData("grains"), InlineData("silo"), InlineData("k8s")]
    public void A_page_names_every_folder_beside_it_and_none_that_is_not_there(string parent)
    {
        string[] folders = [.. Folders(parent).SelectMany(folder => folder == "overlays" ? Folders($"{parent}/{folder}").Select(overlay => $"{folder}/{overlay}") : [folder])];

        Named(parent).ShouldBe(folders, ignoreOrder: true);
    }

    [Theory, InlineData("contracts"), InlineData("grains"), InlineData("silo"), InlineData("k8s")]
    public void A_page_says_what_is_never_there_and_how_to_test_it(string parent)
    {
        string page = Page(parent);

        page.ShouldMatch(@"(?m)^(Never here:|What is never here:)");
        Tests().Matches(page).Select(match => match.Value).ShouldNotBeEmpty();
        Tests().Matches(page).ShouldAllBe(match => Directory.Exists(Path.Combine(RingTests.Root, match.Value)));
    }

    private static string Page(string folder) => File.ReadAllText(Path.Combine(RingTests.Root, folder, "README.md"));

    private static IEnumerable<string> Folders(string parent) =>
        Directory.GetDirectories(Path.Combine(RingTests.Root, parent)).Select(path => Path.GetFileName(path)).Where(name => name is not ("bin" or "obj"));

    // The rows of the table whose first column is "folder".
    private static IEnumerable<string> Named(string parent) => Page(parent).Split('\n')
        .SkipWhile(line => !line.StartsWith("| folder |", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|'))
        .Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| `([^`]+)` \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\btests/[A-Z]\w+\.Tests(/\w+)?")]
    private static partial Regex Tests();
}
