using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Describing;

/// <summary>README's table of errors, what the code raises and what the tests provoke are one list of SQLSTATEs.</summary>
public sealed partial class SqlStateTests
{
    /// <summary>Where Postgres' own names of states are defined.</summary>
    private const string PostgresStates = "/usr/include/postgresql/15/server/utils/errcodes.h";

    /// <summary>Raised by functions of Postgres that the extension calls for it.</summary>
    private static readonly string[] ByPostgres = ["25006"];

    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", "..", ".."));

    private static IReadOnlyDictionary<string, string> Constants { get; } =
        typeof(SqlState).GetFields().ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);

    [Fact]
    public void The_README_lists_what_the_extension_and_the_silo_raise()
    {
        var raised = RaisedByExtension().Concat(Constants.Values).Concat(ByPostgres).Distinct().Order(StringComparer.Ordinal).ToList();

        raised.Count.ShouldBeGreaterThan(20);
        Documented().Order(StringComparer.Ordinal).ShouldBe(raised);
    }

    [Fact]
    public void No_SQLSTATE_is_named_that_nothing_raises()
    {
        var used = UsedConstants("contracts", "grains", "silo").ToHashSet();

        Constants.Keys.Where(name => !used.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_SQLSTATE_of_the_README_is_provoked_by_an_end_to_end_test()
    {
        var asserted = Sources("*.cs", "tests/EndToEnd.Tests").Where(path => path != ThisFile()).SelectMany(path => Literal().Matches(File.ReadAllText(path)))
            .Select(match => match.Groups[1].Value)
            .Concat(UsedConstants("tests/EndToEnd.Tests").Where(Constants.ContainsKey).Select(name => Constants[name]))
            .ToHashSet();

        Documented().Where(state => !asserted.Contains(state)).ShouldBeEmpty();
    }

    private static IEnumerable<string> RaisedByExtension()
    {
        var states = Definition().Matches(File.ReadAllText(PostgresStates)).ToDictionary(
            match => match.Groups[1].Value, match => string.Concat(match.Groups[2].Value.Where(char.IsAsciiLetterOrDigit)));
        return Sources("*.c", "silo/extension").SelectMany(path => Raised().Matches(File.ReadAllText(path))).Select(match => states[match.Groups[1].Value]);
    }

    private static List<string> Documented()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        var table = readme[readme.IndexOf("| SQLSTATE |", StringComparison.Ordinal)..readme.IndexOf("Each names the thing", StringComparison.Ordinal)];
        return [.. Row().Matches(table).SelectMany(match => match.Groups[1].Value.Split(", "))];
    }

    private static IEnumerable<string> UsedConstants(params string[] folders) => folders
        .SelectMany(folder => Sources("*.cs", folder))
        .SelectMany(path => Constant().Matches(File.ReadAllText(path)))
        .Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Sources(string pattern, string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static string ThisFolder() => Path.GetDirectoryName(ThisFile())!;

    [GeneratedRegex(@"#define (ERRCODE_\w+)\s+MAKE_SQLSTATE\(([^)]+)\)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"errcode\((ERRCODE_\w+)\)")]
    private static partial Regex Raised();

    [GeneratedRegex(@"\bSqlState\.(\w+)")]
    private static partial Regex Constant();

    [GeneratedRegex("\"([0-9A-Z]{5})\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\| ([0-9A-Z]{5}(?:, [0-9A-Z]{5})*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
