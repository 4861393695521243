using System.Security.Cryptography;
using System.Text;

namespace Graincast.Embedded;

/// <summary>Tells whether files changed since they were last copied, by path, size and time: reading them all would slow every start.</summary>
internal static class Fingerprint
{
    /// <summary>Of all files under <paramref name="path"/>, or of the one file that it names.</summary>
    public static string Of(string path)
    {
        var files = File.Exists(path) ? [new FileInfo(path)] : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories);
        var lines = files.Select(file => $"{Path.GetRelativePath(path, file.FullName)} {file.Length} {file.LastWriteTimeUtc.Ticks}").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    /// <summary>Runs <paramref name="copy"/> when <paramref name="source"/> is not what <paramref name="stamp"/> remembers. Returns whether it ran.</summary>
    public static bool Refresh(string source, string stamp, Action copy)
    {
        if (IsCurrent(source, stamp))
        {
            return false;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
        var now = Of(source);
        // A copy that is interrupted must be made again.
        File.Delete(stamp);
        copy();
        File.WriteAllText(stamp, now);
        return true;
    }

    /// <summary>Remembers <paramref name="source"/> in <paramref name="stamp"/>.</summary>
    public static void Remember(string source, string stamp) => File.WriteAllText(stamp, Of(source));

    /// <summary>Whether <paramref name="source"/> is what <paramref name="stamp"/> remembers.</summary>
    public static bool IsCurrent(string source, string stamp) => File.Exists(stamp) && File.ReadAllText(stamp) == Of(source);
}
