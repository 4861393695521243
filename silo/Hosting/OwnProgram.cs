using System.Runtime.InteropServices;

namespace Graincast.Hosting;

/// <summary>The program that this process runs.</summary>
internal static partial class OwnProgram
{
    private const uint FirstOwnDescriptor = 3;
    private const uint CloseOnExec = 4;

    /// <summary>
    /// Runs the program from its start, with the same arguments, environment, standard streams and pid: whoever started or watches it need not know. All else
    /// is gone, threads and descriptors included; of a child that ends now its entry in the table of processes stays, until this one ends. Throws <see cref="IOException"/> when it cannot, for example because the program's file was removed.
    /// </summary>
    public static void StartAnew()
    {
        var path = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName ?? throw new IOException("/proc/self/exe is no link.");
        string?[] arguments = [.. File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1], null];
        _ = CloseRange(FirstOwnDescriptor, uint.MaxValue, CloseOnExec);
        _ = Execute(path, arguments);
        throw new IOException($"{path} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "close_range")]
    private static partial int CloseRange(uint first, uint last, uint flags);
}
