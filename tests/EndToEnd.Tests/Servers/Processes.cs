namespace Graincast.Servers;

/// <summary>Processes of this machine, as /proc shows them.</summary>
public static class Processes
{
    /// <summary>Whether a process lives; a zombie does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Those whose command line names the directory, or that work in it; the backends of Postgres only name the database.</summary>
    public static int[] In(string directory) =>
        [.. All().Where(pid => pid != Environment.ProcessId && (Read(pid, "cmdline").Contains(directory, StringComparison.Ordinal) || Folder(pid).Contains(directory, StringComparison.Ordinal)))];

    /// <summary>Those that a process started, by a word of their command line, and that live.</summary>
    public static int[] Children(int parent, string word) =>
    [
        .. All().Where(pid => Read(pid, "status").Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal)
            && Read(pid, "cmdline").Split('\0').Contains(word) && IsAlive(pid)),
    ];

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!));

    // With a slash at its end, also when it was deleted; empty for a process of somebody else.
    private static string Folder(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName.Replace(" (deleted)", "", StringComparison.Ordinal) + "/";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            // Gone meanwhile.
            return "";
        }
    }
}
