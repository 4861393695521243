using System.Buffers.Binary;

namespace Graincast.Workers;

/// <summary>What travels over the pipes between a worker and its silo. Both are of one release, started by one another: nothing is frozen here.</summary>
internal enum WorkerFrameKind
{
    /// <summary>Of a training, worker to silo: a line as JSON.</summary>
    Line = 1,

    /// <summary>Of a training, worker to silo: packets to and from other ranks.</summary>
    Exchange = 2,

    /// <summary>Of a training, silo to worker: its answer.</summary>
    Answer = 3,

    /// <summary>Of a scorer, to the silo: it is up, or has opened the image.</summary>
    Ready = 4,

    /// <summary>To a scorer: the bytes of an ONNX file.</summary>
    Import = 5,

    /// <summary>Of a scorer: the image of it.</summary>
    Image = 6,

    /// <summary>To a scorer: the path of an image, UTF-8. The rows that follow are its.</summary>
    Open = 7,

    /// <summary>To a scorer: rows × inputs, f32.</summary>
    Rows = 8,

    /// <summary>Of a scorer: rows × outputs, f64.</summary>
    Scores = 9,

    /// <summary>Of a scorer: why there is no answer, a <see cref="Wire.Error"/>.</summary>
    Error = 10,

    /// <summary>Of a training, silo to worker: the path of its job, UTF-8. The first, and the only one of its kind.</summary>
    Job = 11,
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
