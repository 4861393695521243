using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Training;

/// <summary>A file of rows, mapped read-only and read from front to back. What was read does not stay in this process' memory.</summary>
internal sealed unsafe partial class RowFile : IDisposable
{
    private const int WindowBytes = 4 << 20;
    private const int DontNeed = 4;

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _bytes;
    private long _window;

    /// <exception cref="GraincastException">XX001: the file cannot be read.</exception>
    public RowFile(string path)
    {
        Name = Path.GetFileName(path);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            SizeBytes = RandomAccess.GetLength(file);
            if (SizeBytes == 0)
            {
                return;
            }

            _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, SizeBytes, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraincastException(SqlState.DataCorrupted, $"row file {Name} cannot be read", detail: e.Message, innerException: e);
        }
    }

    public string Name { get; }

    public long SizeBytes { get; }

    /// <summary>The bytes from <paramref name="offset"/> on, as many as a span can hold.</summary>
    public ReadOnlySpan<byte> From(long offset)
    {
        if (offset / WindowBytes != _window)
        {
            LeaveWindow(offset);
        }

        return new ReadOnlySpan<byte>(_bytes + offset, (int)Math.Min(SizeBytes - offset, int.MaxValue));
    }

    // Advice: the kernel's cache keeps the pages, and they are mapped again when they are read again. A method of its own, because one with a native call in it
    // begins with preparing for that.
    private void LeaveWindow(long offset)
    {
        _ = Advise(_bytes + _window * WindowBytes, (nuint)Math.Min(WindowBytes, SizeBytes - _window * WindowBytes), DontNeed);
        _window = offset / WindowBytes;
    }

    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
