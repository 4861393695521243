namespace Graincast.Embedded;

/// <summary>The line of a log that says why a program ended.</summary>
internal static class LogTail
{
    private static readonly string[] Marks = ["FATAL:", "PANIC:", "ERROR:", "Unhandled exception", "error:", "fail:"];

    /// <summary>The last line with an error written after <paramref name="offset"/>, else the last line.</summary>
    public static string LastError(string path, long offset)
    {
        if (!File.Exists(path))
        {
            return "it wrote no log.";
        }
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Min(offset, stream.Length), SeekOrigin.Begin);
        var lines = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line => Marks.Any(mark => line.Contains(mark, StringComparison.Ordinal))) ?? lines.LastOrDefault() ?? "it wrote nothing to its log.";
    }
}
