using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Graincast.Telemetry;

namespace Graincast.Scoring;

/// <summary>
/// An image's bytes at a fixed, 8-byte aligned place, with the kernel's view of them. A safe handle, so that a model disposed
/// while another thread scores with it is unmapped after that call, not under it.
/// </summary>
internal sealed unsafe class ImageHandle : SafeHandle
{
    private const int AlignmentBytes = 64;

    private byte* _copy;
    private void* _tables;
    private MemoryMappedFile? _file;
    private MemoryMappedViewAccessor? _view;

    internal ImageHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public Kernel.Model* Model => (Kernel.Model*)handle;

    public static ImageHandle Copy(ReadOnlySpan<byte> image, bool verifyHash, Kernel.Simd simd)
    {
        var opened = new ImageHandle();
        opened._copy = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(image.Length, 1), AlignmentBytes);
        image.CopyTo(new Span<byte>(opened._copy, image.Length));
        return opened.Check(opened._copy, image.Length, verifyHash, simd);
    }

    public static ImageHandle Map(string path, bool verifyHash)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length is 0 or > int.MaxValue)
        {
            throw new InvalidImageException($"\"{path}\" has {stream.Length} bytes, which no image has.");
        }

        var opened = new ImageHandle();
        opened._file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        opened._view = opened._file.CreateViewAccessor(0, stream.Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        opened._view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return opened.Check(start + opened._view.PointerOffset, (int)stream.Length, verifyHash, Kernel.SimdBest());
    }

    protected override bool ReleaseHandle()
    {
        Count(-1);
        FreeImage();
        NativeMemory.Free((void*)handle);
        return true;
    }

    private ImageHandle Check(byte* image, int sizeBytes, bool verifyHash, Kernel.Simd simd)
    {
        var model = (Kernel.Model*)NativeMemory.AllocZeroed((nuint)sizeof(Kernel.Model));
        var message = stackalloc byte[Kernel.MessageBytes];
        var error = Kernel.Open(image, (nuint)sizeBytes, model, message, Kernel.MessageBytes) != 0 ? Marshal.PtrToStringUTF8((nint)message)
            : verifyHash && !ImageHash.Verify(new ReadOnlySpan<byte>(image, sizeBytes)) ? "The image's bytes are not those that its SHA-256 names."
            : null;
        if (error is not null)
        {
            NativeMemory.Free(model);
            FreeImage();
            Dispose();
            throw new InvalidImageException(error);
        }

        Quicken(model, simd);
        SetHandle((nint)model);
        Count(1);
        return this;
    }

    private void Count(int models)
    {
        GraincastMeter.ModelsLoaded.Add(models);
        GraincastMeter.ModelsSize.Add(models * (long)Model->SizeBytes);
    }

    private void Quicken(Kernel.Model* model, Kernel.Simd simd)
    {
        var sizeBytes = Kernel.QuickBytes(model);
        if (sizeBytes > 0)
        {
            _tables = NativeMemory.AlignedAlloc(sizeBytes, AlignmentBytes);
            Kernel.Quicken(model, _tables, simd);
        }
    }

    private void FreeImage()
    {
        NativeMemory.AlignedFree(_copy);
        _copy = null;
        NativeMemory.AlignedFree(_tables);
        _tables = null;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
