using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Graincast.Training;

/// <summary>Parts of a fit that are threads of this process.</summary>
internal sealed class ThreadParts : IDisposable
{
    private readonly int _size;
    private readonly BlockingCollection<byte[]>[] _queues;
    private readonly CancellationTokenSource _failed = new();
    private long _sentBytes;

    public ThreadParts(int size)
    {
        _size = size;
        _queues = [.. Enumerable.Range(0, size * size).Select(_ => new BlockingCollection<byte[]>())];
    }

    /// <summary>Bytes between parts so far.</summary>
    public long SentBytes => _sentBytes;

    /// <summary>Does the same in every part; the first part's failure that comes ends the others and is thrown.</summary>
    /// <returns>By rank.</returns>
    public T[] Run<T>(Func<Communicator, T> part)
    {
        var results = new T[_size];
        Exception? failure = null;
        var threads = Enumerable.Range(0, _size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = part(new Communicator(rank, _size, new Link(this, rank)));
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                _failed.Cancel();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return results;
    }

    public void Dispose()
    {
        _failed.Dispose();
        Array.ForEach(_queues, queue => queue.Dispose());
    }

    private BlockingCollection<byte[]> Queue(int from, int to) => _queues[from * _size + to];

    private sealed class Link(ThreadParts parts, int rank) : IPeerLink
    {
        public byte[][] Exchange(IReadOnlyList<(int Rank, ReadOnlyMemory<byte> Bytes)> sends, IReadOnlyList<int> wanted)
        {
            foreach (var (to, bytes) in sends)
            {
                Interlocked.Add(ref parts._sentBytes, bytes.Length);
                parts.Queue(rank, to).Add(bytes.ToArray());
            }

            return [.. wanted.Select(from => parts.Queue(from, rank).Take(parts._failed.Token))];
        }
    }
}
