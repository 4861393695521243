using System.Runtime.InteropServices;

namespace Graincast.Workers;

/// <summary>What a worker does to its own process.</summary>
internal static partial class OwnProcess
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int Kill = 9;

    /// <summary>Standard output for our lines alone: descriptor 1 becomes standard error, for native libraries that print.</summary>
    public static Stream TakeStandardOutput()
    {
        // .NET's stream writes to a duplicate of descriptor 1, made here.
        var own = Console.OpenStandardOutput();
        return Dup2(StandardError, StandardOutput) >= 0
            ? own
            : throw new IOException($"Standard output cannot be redirected: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Ends at once, also in the middle of native code, without a core file.</summary>
    public static void KillSelf() => _ = SendSignal(Environment.ProcessId, Kill);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
