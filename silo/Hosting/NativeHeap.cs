using System.Runtime.InteropServices;

namespace Graincast.Hosting;

/// <summary>glibc's heap, which the runtime's compiler uses.</summary>
internal static partial class NativeHeap
{
    // M_MMAP_THRESHOLD of mallopt(3).
    private const int MapThreshold = -3;
    private const int CompilerPageBytes = 1 << 16;

    /// <summary>
    /// Lets blocks as large as the compiler's be mapped by themselves, so that what it needed for a method goes back to the system. Unless told, glibc keeps it: a
    /// large method takes up to 14 MB, each thread that compiled one has left a hole of that size in a heap of its own, and a silo that did nothing took 50 MB in ten minutes.
    /// </summary>
    public static void ReturnFreedBlocks() => _ = SetOption(MapThreshold, CompilerPageBytes);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
