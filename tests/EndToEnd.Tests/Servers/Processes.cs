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
        [.. All().Where(pid => Read(pid, "cmdline").Contains(directory, StringComparison.Ordinal) && pid != Environment.ProcessId)];

    /// <summary>Those that a process started and that live.</summary>
    public static int[] Children(int parent) =>
        [.. All().Where(pid => Read(pid, "status").Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal) && IsAlive(pid))];

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!));

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
