using System.Collections.Concurrent;

namespace Graincast.Training;

/// <summary>Packets from the other parts of a fit until the worker asks for them, which may be before they come. Any thread.</summary>
internal sealed class Mailbox
{
    private readonly ConcurrentDictionary<(int From, long Number), TaskCompletionSource<byte[]>> _packets = new();

    public void Put(int from, long number, byte[] bytes) => Slot(from, number).TrySetResult(bytes);

    public async Task<byte[]> TakeAsync(int from, long number, CancellationToken cancellationToken)
    {
        var bytes = await Slot(from, number).Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _packets.TryRemove((from, number), out _);
        return bytes;
    }

    // Whoever waits goes on elsewhere: a grain's turn must not run a worker's exchange.
    private TaskCompletionSource<byte[]> Slot(int from, long number) =>
        _packets.GetOrAdd((from, number), _ => new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously));
}
