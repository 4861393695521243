using System.Runtime.CompilerServices;

namespace Graincast.Tests.Quality;

/// <summary>QUALITY.md, as committed.</summary>
internal static class QualityPage
{
    public static string Path { get; } = Beside();

    public static Dictionary<string, QualityRow> Read() => Lines().Select(QualityRow.Parse).ToDictionary(row => row.Name);

    /// <summary>The lines of the table's body.</summary>
    public static IEnumerable<string> Lines() =>
        File.ReadAllLines(Path).SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith('|'));

    public static void Write(IEnumerable<QualityRow> rows)
    {
        var lines = File.ReadAllLines(Path);
        var start = Array.FindIndex(lines, line => line.StartsWith("|---", StringComparison.Ordinal)) + 1;
        var end = Array.FindIndex(lines, start, line => !line.StartsWith('|'));
        File.WriteAllLines(Path, [.. lines[..start], .. rows.Select(row => row.ToString()), .. lines[(end < 0 ? lines.Length : end)..]]);
    }

    private static string Beside([CallerFilePath] string here = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "QUALITY.md");
}
