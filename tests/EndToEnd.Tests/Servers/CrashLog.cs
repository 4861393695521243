namespace Graincast.Servers;

/// <summary>What Postgres' log says of crashes.</summary>
public static class CrashLog
{
    private static readonly string[] Marks = ["terminated by signal", "PANIC:", "terminating connection because of crash"];

    /// <summary>The lines of <paramref name="path"/> that tell of one.</summary>
    public static string[] Crashes(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Where(line => Marks.Any(mark => line.Contains(mark, StringComparison.Ordinal)))] : [];
}
