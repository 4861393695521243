using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Graincast.Gateway;

/// <summary>OS user ids, which .NET does not tell.</summary>
public static unsafe partial class FileOwner
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint OwnerMask = 0x8;     // STATX_UID
    private const int OwnerOffset = 20;     // struct statx { u32 mask, u32 blksize, u64 attributes, u32 nlink, u32 uid, … } of 256 bytes

    /// <summary>The effective user id of this process.</summary>
    public static uint OfProcess() => EffectiveUserId();

    /// <summary>The owner of a file or folder; links are followed.</summary>
    public static uint Of(string path)
    {
        byte* status = stackalloc byte[256];
        return Statx(CurrentFolder, path, 0, OwnerMask, status) == 0
            ? BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(status + OwnerOffset, 4))
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"could not stat {path}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
