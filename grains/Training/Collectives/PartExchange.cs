using Graincast.Placement;

namespace Graincast.Training;

/// <summary>The silo's side of a worker's exchanges: sends its packets to the trainers of the other parts, and waits for theirs.</summary>
internal sealed class PartExchange(FitPart part, Func<string, ITrainerGrain> trainer, Mailbox mailbox)
{
    // A connection that breaks, as to a silo that was just started again, loses what was on its way; the call would only end after half a minute.
    private static readonly TimeSpan ResendAfter = TimeSpan.FromSeconds(5);
    private const int Attempts = 3;

    private readonly long[] _sent = new long[part.Nodes.Count];
    private readonly long[] _taken = new long[part.Nodes.Count];

    /// <summary>Bytes that this part sent to others.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Answers an <see cref="ExchangeFrame"/>; null when the worker wants nothing.</summary>
    /// <exception cref="GraincastException">08006: names the node that cannot be reached.</exception>
    public async Task<byte[]?> AnswerAsync(byte[] frame, CancellationToken cancellationToken)
    {
        var (sends, wanted) = ExchangeFrame.Read(frame);
        var delivered = sends.Select(send => DeliverAsync(send.Rank, send.Bytes)).ToList();
        var received = wanted.Select(rank => mailbox.TakeAsync(rank, _taken[rank]++, cancellationToken)).ToList();
        // A send that fails ends the wait for a packet that will not come.
        await foreach (var done in Task.WhenEach(delivered.Concat(received)).ConfigureAwait(false))
        {
            await done.ConfigureAwait(false);
        }

        return wanted.Count == 0 ? null : ExchangeFrame.WriteAnswer([.. received.Select(packet => packet.Result)]);
    }

    private async Task DeliverAsync(int rank, byte[] bytes)
    {
        SentBytes += bytes.Length;
        var number = _sent[rank]++;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await trainer(part.Nodes[rank]).DeliverAsync(part.Rank, number, new Packet(bytes)).WaitAsync(ResendAfter).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (attempt < Attempts)
            {
                // Sent once more: it has a number, and is taken once however often it comes.
            }
            catch (Exception exception) when (NodeLost.IsCauseOf(exception))
            {
                throw NodeLost.Error(part.Nodes[rank], exception);
            }
        }
    }
}
