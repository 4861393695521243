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

    /// <summary>Those whose command line names the directory; the backends of Postgres only name the database.</summary>
    public static int[] In(string directory) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!))
            .Where(pid => CommandLine(pid).Contains(directory, StringComparison.Ordinal) && pid != Environment.ProcessId),
    ];

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            // Gone meanwhile.
            return "";
        }
    }
}
