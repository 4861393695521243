using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>Numbers that are needed for a while: memory of the collector's would be the process' until it looks, and native trainers ask for theirs before.</summary>
/// <param name="length">Of them, not initialised.</param>
internal sealed unsafe class NativeBuffer<T>(int length) : IDisposable
    where T : unmanaged
{
    private T* _numbers = (T*)NativeMemory.Alloc((nuint)length, (nuint)sizeof(T));

    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_numbers is null, this);
            return new Span<T>(_numbers, length);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_numbers);
        _numbers = null;
    }
}
