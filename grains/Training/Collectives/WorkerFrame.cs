using System.Buffers.Binary;

namespace Graincast.Training;

/// <summary>What travels over the pipes between a worker and its silo. Both are of one release, started by one another: nothing is frozen here.</summary>
internal enum WorkerFrameKind
{
    /// <summary>Worker to silo: a <see cref="WorkerLine"/> as JSON.</summary>
    Line = 1,

    /// <summary>Worker to silo: an <see cref="ExchangeFrame"/>.</summary>
    Exchange = 2,

    /// <summary>Silo to worker: its answer.</summary>
    Answer = 3,
}

/// <summary>A frame: <c>u32 kind, u32 bytes</c>, little-endian, then the bytes.</summary>
internal readonly record struct WorkerFrame(WorkerFrameKind Kind, byte[] Bytes)
{
    private const int HeaderBytes = 8;

    public void WriteTo(Stream stream)
    {
        stream.Write(Whole());
        stream.Flush();
    }

    public async Task WriteToAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Whole(), cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Null at the stream's end, also in the middle of a frame: whoever wrote it died.</returns>
    public static WorkerFrame? Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
        {
            return null;
        }

        var frame = Begin(header);
        return stream.ReadAtLeast(frame.Bytes, frame.Bytes.Length, throwOnEndOfStream: false) == frame.Bytes.Length ? frame : null;
    }

    /// <inheritdoc cref="Read"/>
    public static async Task<WorkerFrame?> ReadAsync(Stream stream)
    {
        var header = new byte[HeaderBytes];
        if (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false).ConfigureAwait(false) < HeaderBytes)
        {
            return null;
        }

        var frame = Begin(header);
        return await stream.ReadAtLeastAsync(frame.Bytes, frame.Bytes.Length, throwOnEndOfStream: false).ConfigureAwait(false) == frame.Bytes.Length ? frame : null;
    }

    private static WorkerFrame Begin(ReadOnlySpan<byte> header) =>
        new((WorkerFrameKind)BinaryPrimitives.ReadInt32LittleEndian(header), new byte[BinaryPrimitives.ReadInt32LittleEndian(header[4..])]);

    // In one write: each wakes the reader.
    private byte[] Whole()
    {
        var whole = new byte[HeaderBytes + Bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, (int)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(4), Bytes.Length);
        Bytes.CopyTo(whole, HeaderBytes);
        return whole;
    }
}
