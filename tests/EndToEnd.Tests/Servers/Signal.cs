using System.Runtime.InteropServices;
using Shouldly;

namespace Graincast.Servers;

/// <summary>Signals to processes of a test's own server.</summary>
public static partial class Signal
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Alarm = 14;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int pid, int signal) => KillProcess(pid, signal).ShouldBe(0, $"process {pid} takes signal {signal}");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int pid, int signal);
}
