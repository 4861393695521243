using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Training;

/// <summary>What a training takes beside Postgres.</summary>
internal static class SiloMemory
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>The silo's peak of resident memory, less what it has before, and the peaks of the processes that it starts meanwhile, in MiB. They are summed as if they fell together.</summary>
    public static async Task<double> PeakIncreaseMbAsync(int silo, Func<Task> train)
    {
        var idle = NodeProcesses.MemoryMb(silo, "VmRSS");
        // proc(5): 5 starts the peak anew.
        await File.WriteAllTextAsync($"/proc/{silo}/clear_refs", "5");
        Dictionary<int, double> workers = [];
        var training = train();
        using var timer = new PeriodicTimer(Interval);
        while (!training.IsCompleted)
        {
            await timer.WaitForNextTickAsync();
            foreach (var worker in NodeProcesses.Tree(silo).Where(pid => pid != silo))
            {
                workers[worker] = Math.Max(workers.GetValueOrDefault(worker), NodeProcesses.MemoryMb(worker, "VmHWM"));
            }
        }
        await training;
        return NodeProcesses.MemoryMb(silo, "VmHWM") - idle + workers.Values.Sum();
    }
}
