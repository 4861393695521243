using System.Globalization;

namespace Graincast.Soak;

/// <summary>Memory and descriptors of processes over time, from /proc.</summary>
internal sealed class ProcessSamples
{
    private const double MegabyteKb = 1024;

    private readonly Dictionary<int, (string Name, List<Sample> Samples)> _processes = [];

    private sealed record Sample(TimeSpan At, double MemoryMb, int Descriptors);

    /// <summary>How a process went over the time it was looked at.</summary>
    /// <param name="Name">Which one.</param>
    /// <param name="Pid">Its id.</param>
    /// <param name="MegabytesPerMinute">Slope of the least-squares line through the samples of its memory.</param>
    /// <param name="FirstMb">Memory at the first of these samples.</param>
    /// <param name="LastMb">Memory at the last.</param>
    /// <param name="Descriptors">The most open files and sockets in the first half of these samples: what is used under load, while a leak would still grow.</param>
    public sealed record Course(string Name, int Pid, double MegabytesPerMinute, double FirstMb, double LastMb, int Descriptors)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {FirstMb:F1} → {LastMb:F1} MB, {MegabytesPerMinute:F2} MB/min, {Descriptors} descriptors");
    }

    /// <summary>Takes a sample of a process; one that is gone is no more looked at.</summary>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="pid">Its id.</param>
    /// <param name="at">Time since the beginning.</param>
    /// <param name="field">The field of /proc/PID/status: VmRSS, or RssAnon where others' pages are mapped too.</param>
    public void Take(string name, int pid, TimeSpan at, string field)
    {
        try
        {
            if (Memory(pid, field) is { } memory)
            {
                var sample = new Sample(at, memory, Descriptors(pid));
                _processes.TryAdd(pid, (name, []));
                _processes[pid].Samples.Add(sample);
            }
        }
        catch (IOException)
        {
            // Gone meanwhile.
        }
    }

    /// <summary>The courses of all that lived from <paramref name="since"/> until <paramref name="until"/>.</summary>
    public IReadOnlyList<Course> Courses(TimeSpan since, TimeSpan until) =>
    [
        .. from process in _processes
           where process.Value.Samples[0].At <= since && process.Value.Samples[^1].At >= until
           select CourseOf(process.Value.Name, process.Key, [.. process.Value.Samples.Where(sample => sample.At >= since)]),
    ];

    /// <summary>Open files and sockets of a process.</summary>
    public static int Descriptors(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();

    private static Course CourseOf(string name, int pid, Sample[] samples)
    {
        var minutes = samples.Average(sample => sample.At.TotalMinutes);
        var memory = samples.Average(sample => sample.MemoryMb);
        var slope = samples.Sum(sample => (sample.At.TotalMinutes - minutes) * (sample.MemoryMb - memory)) / samples.Sum(sample => Math.Pow(sample.At.TotalMinutes - minutes, 2));
        return new Course(name, pid, slope, samples[0].MemoryMb, samples[^1].MemoryMb, samples.Take((samples.Length + 1) / 2).Max(sample => sample.Descriptors));
    }

    private static double? Memory(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").SingleOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return line is null ? null : int.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / MegabyteKb;
    }
}
