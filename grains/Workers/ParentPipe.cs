using System.Collections.Concurrent;

namespace Graincast.Workers;

/// <summary>What the silo writes to its worker. The pipe is open as long as the silo lives.</summary>
internal sealed class ParentPipe : IDisposable
{
    private readonly BlockingCollection<WorkerFrame> _frames = [];

    /// <param name="stream">The worker's standard input.</param>
    /// <param name="ended">Called on a thread of its own when the stream ends or breaks.</param>
    public ParentPipe(Stream stream, Action ended)
    {
        var thread = new Thread(() =>
        {
            try
            {
                while (WorkerFrame.Read(stream) is { } frame)
                {
                    _frames.Add(frame);
                }
            }
            catch (IOException)
            {
                // A broken pipe says the same as its end.
            }

            ended();
        })
        {
            IsBackground = true,
            Name = "parent pipe",
        };
        thread.Start();
    }

    /// <summary>Whether the next frame is there.</summary>
    public bool HasFrame => _frames.Count > 0;

    /// <summary>Waits for the next frame.</summary>
    public WorkerFrame Take() => _frames.Take();

    public void Dispose() => _frames.Dispose();
}
