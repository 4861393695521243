using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Graincast.Architecture;

public sealed partial class RingTests
{
    /// <summary>The checkout.</summary>
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    [Fact]
    public void References_point_inward_in_a_straight_line()
    {
        Projects(typeof(Wire.FrameHeader).Assembly).ShouldBeEmpty();
        Projects(typeof(Models.ModelGrain).Assembly).ShouldBe(["Graincast.Contracts"]);
        Projects(typeof(Hosting.SiloHost).Assembly).ShouldBe(["Graincast.Contracts", "Graincast.Grains"]);
    }

    [Theory, InlineData("contracts"), InlineData("grains"), InlineData("silo")]
    public void No_two_sibling_folders_refer_to_each_other(string ring)
    {
        Dictionary<string, HashSet<string>> references = Folders(ring).ToDictionary(
            folder => folder,
            folder => References(Path.Combine(Root, ring, folder)).Where(name => name != folder && Folders(ring).Contains(name)).ToHashSet());
        foreach ((string folder, HashSet<string> used) in references)
        {
            Reachable(used, references).ShouldNotContain(folder, $"{ring}/{folder} is referred to by a folder that it refers to");
        }
    }

    [Fact]
    public void No_source_file_is_over_four_hundred_lines() =>
        Sources(Root).Where(path => File.ReadLines(path).Count() > 400).Select(path => Path.GetRelativePath(Root, path)).ShouldBeEmpty();

    [Fact]
    public void Program_is_a_table_of_contents() =>
        File.ReadLines(Path.Combine(Root, "silo", "Program.cs")).Count().ShouldBeLessThan(40);

    private static HashSet<string> Reachable(HashSet<string> from, Dictionary<string, HashSet<string>> references)
    {
        var reached = new HashSet<string>(from);
        var queue = new Queue<string>(from);
        while (queue.TryDequeue(out string? folder))
        {
            foreach (string next in references[folder].Where(reached.Add))
            {
                queue.Enqueue(next);
            }
        }

        return reached;
    }

    private static string[] Folders(string ring) =>
        [.. Directory.GetDirectories(Path.Combine(Root, ring)).Select(path => Path.GetFileName(path)).Where(name => name is not ("bin" or "obj" or "extension"))];

    private static IEnumerable<string> References(string folder) => Sources(folder)
        .SelectMany(path => Using().Matches(File.ReadAllText(path)))
        .Select(match => match.Groups[1].Value)
        .Distinct();

    private static IEnumerable<string> Sources(string folder) => new[] { "*.cs", "*.c", "*.h", "*.sql" }
        .SelectMany(pattern => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        // The extension's script is put together from its sources.
        .Where(path => !path.Contains("/graincast--", StringComparison.Ordinal));

    private static IEnumerable<string> Projects(Assembly assembly) => assembly.GetReferencedAssemblies()
        .Select(name => name.Name!)
        .Where(name => name.StartsWith("Graincast.", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\bGraincast\.([A-Z]\w+)")]
    private static partial Regex Using();
}
