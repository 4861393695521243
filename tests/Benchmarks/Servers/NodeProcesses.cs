namespace Graincast.Benchmarks.Servers;

/// <summary>What /proc says about the processes of a node.</summary>
internal static class NodeProcesses
{
    private const int ClockTicksPerSecond = 100;

    public static int SiloPid(string data, int node) => int.Parse(File.ReadAllText(Path.Combine(data, "nodes", $"{node}", "silo.pid")).Split(' ')[0]);

    /// <summary>A process and all that it started, at this moment.</summary>
    public static HashSet<int> Tree(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
            .Select(pid => (Pid: pid, Parent: Fields(pid) is [_, var parent, ..] ? int.Parse(parent) : 0)).ToLookup(process => process.Parent, process => process.Pid);
        HashSet<int> tree = [];
        var queue = new Queue<int>([root]);
        while (queue.TryDequeue(out var pid))
        {
            tree.Add(pid);
            foreach (var child in parents[pid])
            {
                queue.Enqueue(child);
            }
        }
        return tree;
    }

    /// <summary>CPU time so far of a process and of the children that it waited for.</summary>
    public static double CpuSeconds(int pid) => Fields(pid)[11..15].Sum(double.Parse) / ClockTicksPerSecond;

    /// <summary>A line of /proc/pid/status in MiB, 0 of a process that has ended.</summary>
    public static double MemoryMb(int pid, string name) =>
        Read(pid, "status").Split('\n').FirstOrDefault(line => line.StartsWith(name + ':', StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1]) / 1024
            : 0;

    // What stands after the program's name, which may hold blanks: fields 3 and up of proc(5)'s stat.
    private static string[] Fields(int pid) => Read(pid, "stat").Split(") ")[^1].Split(' ');

    // A process may end between two looks.
    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
