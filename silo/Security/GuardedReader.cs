using System.Buffers;
using System.IO.Pipelines;

namespace Graincast.Security;

/// <summary>Hands on what it reads, each message only after <see cref="MessageStart"/> has passed it. Nothing is copied.</summary>
internal sealed class GuardedReader(PipeReader inner) : PipeReader
{
    // What was handed out and is not consumed yet, and where in it the next message begins that was not looked at.
    private ReadOnlySequence<byte> _buffer;
    private long _next;
    private bool _isGreeted;

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Check(await inner.ReadAsync(cancellationToken));

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool any = inner.TryRead(out result);
        result = any ? Check(result) : result;
        return any;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _next -= _buffer.Slice(0, consumed).Length;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>A message that is not there to its end is looked at again: Orleans takes whole ones only.</summary>
    private ReadResult Check(ReadResult result)
    {
        _buffer = result.Buffer;
        while (_next < _buffer.Length && MessageStart.Check(_buffer.Slice(_next), isPreamble: !_isGreeted) is { } sizeBytes && _next + sizeBytes <= _buffer.Length)
        {
            _next += sizeBytes;
            _isGreeted = true;
        }

        return result;
    }
}
