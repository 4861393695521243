using System.Runtime.InteropServices;

namespace Graincast.Embedded;

/// <summary>
/// A file that names a process by pid and start time: a pid alone may by now be somebody else's.
/// </summary>
internal sealed partial class ProcessFile(string path)
{
    private const int SignalTerminate = 15;
    private const int SignalKill = 9;

    /// <summary>The pid of the process, or null when it is gone.</summary>
    public int? Pid => TryRead(out var pid, out var started) && StartTime(pid) == started ? pid : null;

    /// <summary>Records a process that was just started.</summary>
    public void Write(int pid) => File.WriteAllText(path, $"{pid} {StartTime(pid)}\n");

    /// <summary>Asks the process to end and, after <paramref name="patience"/>, ends its whole process group. Returns whether it had to.</summary>
    public async Task<bool> StopAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (Pid is not { } pid)
        {
            Forget();
            return false;
        }
        _ = Kill(pid, SignalTerminate);
        var ended = await Deadline.WaitAsync(() => Pid is null, patience, cancellation);
        // Its workers are in its group; what it left behind goes with it.
        _ = Kill(-pid, SignalKill);
        await Deadline.WaitAsync(() => Pid is null, patience, cancellation);
        Forget();
        return !ended;
    }

    private void Forget() => File.Delete(path);

    private bool TryRead(out int pid, out string started)
    {
        var words = File.Exists(path) ? File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        (pid, started) = words.Length == 2 && int.TryParse(words[0], out var parsed) ? (parsed, words[1]) : (0, "");
        return pid > 0;
    }

    /// <summary>Field 22 of <c>/proc/pid/stat</c>, counted after the name, which may hold blanks; empty for a process that is gone or a zombie.</summary>
    private static string StartTime(int pid)
    {
        var stat = $"/proc/{pid}/stat";
        try
        {
            var fields = File.ReadAllText(stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields[0] == "Z" ? "" : fields[19];
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
