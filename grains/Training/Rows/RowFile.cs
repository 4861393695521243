using System.IO.MemoryMappedFiles;

namespace Graincast.Training;

/// <summary>A file of rows, mapped read-only.</summary>
internal sealed unsafe class RowFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _bytes;

    /// <exception cref="GraincastException">XX001: the file cannot be read.</exception>
    public RowFile(string path)
    {
        Name = Path.GetFileName(path);
        try
        {
            SizeBytes = new FileInfo(path).Length;
            if (SizeBytes == 0)
            {
                return;
            }

            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
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
    public ReadOnlySpan<byte> From(long offset) => new(_bytes + offset, (int)Math.Min(SizeBytes - offset, int.MaxValue));

    public ReadOnlySpan<byte> Slice(long offset, int length) => new(_bytes + offset, length);

    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }
}
