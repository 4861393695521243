using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Training;

/// <summary>What a worker does to its own process.</summary>
internal static partial class OwnProcess
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int Kill = 9;

    /// <summary>Standard output for our lines alone: descriptor 1 becomes standard error, for native libraries that print.</summary>
    public static FileStream TakeStandardOutput()
    {
        var own = Dup(StandardOutput);
        if (own < 0 || Dup2(StandardError, StandardOutput) < 0)
        {
            throw new IOException($"Standard output cannot be duplicated: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return new FileStream(new SafeFileHandle(own, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Ends at once, also in the middle of native code, without a core file.</summary>
    public static void KillSelf() => _ = SendSignal(Environment.ProcessId, Kill);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
