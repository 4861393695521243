namespace Graincast.Embedded;

/// <summary>Copies folders so that programs which have the old files open or mapped keep them.</summary>
internal static class FileTree
{
    /// <summary>Makes <paramref name="target"/> a copy of <paramref name="source"/>; files that are only in the target stay.</summary>
    public static void Overlay(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            // Broken links are part of Debian's share folder (dictionaries that are not built).
            if (File.Exists(file))
            {
                CopyFile(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }
        foreach (var directory in Directory.EnumerateDirectories(source))
        {
            Overlay(directory, Path.Combine(target, Path.GetFileName(directory)));
        }
    }

    /// <summary>Makes <paramref name="target"/> a copy of <paramref name="source"/> and nothing else.</summary>
    public static void Replace(string source, string target)
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }
        Overlay(source, target);
    }

    /// <summary>Copies a file's contents, also through a link, and renames it into place: overwriting would crash who has it mapped.</summary>
    public static void CopyFile(string source, string target)
    {
        var temporary = target + ".new";
        File.Copy(File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source, temporary, overwrite: true);
        // Readable for the user that runs Postgres, whatever umask the clone was made with.
        File.SetUnixFileMode(temporary, File.GetUnixFileMode(temporary) | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(temporary, target, overwrite: true);
    }
}
