using System.Runtime.ExceptionServices;
using Graincast.Training;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>Rows going from a backend to the trainer at this node. An error on the way is kept for the feed's end, where the backend listens.</summary>
public sealed class Feed(ulong run, ITrainerGrain trainer)
{
    private readonly Guid _id = Guid.NewGuid();
    private Exception? _failure;
    private byte[] _block = [];

    /// <summary>The run that is fed.</summary>
    public ulong Run => run;

    /// <summary>Hands the rows of a <see cref="Rows"/> frame on. Waits until the trainer has them: the socket's buffer is the only queue.</summary>
    public void Append(ReadOnlySpan<byte> payload)
    {
        uint count = Rows.Split(payload, out ReadOnlySpan<byte> encoded);
        if (_failure is not null)
        {
            return;
        }

        try
        {
            // The trainer has written the block before, so its memory is free: rows of numbers fill frames of one size, but for the last.
            _block = _block.Length == encoded.Length ? _block : new byte[encoded.Length];
            encoded.CopyTo(_block);
            trainer.AppendAsync(_id, new RowBlock((int)count, _block)).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    /// <summary>Throws what went wrong so far.</summary>
    public void Check()
    {
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the feed; returns the rows that the trainer has of it.</summary>
    public long End(long rows)
    {
        Check();
        return trainer.EndFeedAsync(_id, rows).GetAwaiter().GetResult();
    }

    /// <summary>Forgets what was fed.</summary>
    public Task AbortAsync() => trainer.AbortFeedAsync(_id);
}
