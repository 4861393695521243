using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Workers;

/// <summary>What a worker does to its own process.</summary>
internal static partial class OwnProcess
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int Kill = 9;
    private const uint CloseOnExec = 1;

    /// <summary>Standard output for our lines alone: descriptor 1 becomes standard error, for native libraries that print.</summary>
    public static Stream TakeStandardOutput()
    {
        // .NET's stream writes to a duplicate of descriptor 1, made here.
        var own = Console.OpenStandardOutput();
        return Dup2(StandardError, StandardOutput) >= 0
            ? own
            : throw new IOException($"Standard output cannot be redirected: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A file that no folder has: <c>/proc/self/fd/</c> and its number are its path for this process, and it is gone with the last that has it open.</summary>
    public static FileStream OpenMemory(string name)
    {
        var handle = MemoryFile(name, CloseOnExec);
        return handle.IsInvalid ? throw new IOException($"No file in memory: {Marshal.GetLastPInvokeErrorMessage()}") : new FileStream(handle, FileAccess.ReadWrite);
    }

    /// <summary>Ends at once, also in the middle of native code, without a core file.</summary>
    public static void KillSelf() => _ = SendSignal(Environment.ProcessId, Kill);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
