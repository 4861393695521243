using Graincast.Models;
using Graincast.Workers;

namespace Graincast.Onnx;

/// <inheritdoc cref="IScorers"/>
/// <remarks>
/// ONNX Runtime is native code that reads what users bring. A crash, a leak or a loop in it costs a child process, and neither the silo nor Postgres.
/// </remarks>
public sealed class Scorers(ScorerOptions options, TimeProvider time) : IScorers, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    // A file may be large, and is in memory several times while it is read.
    private readonly SemaphoreSlim _imports = new(1);

    /// <summary>The image of an ONNX file, made by a process that ends with it.</summary>
    /// <exception cref="GraincastException">22023, 0A000: it is none, or of a form that is not offered. 53200, 57014, 08006: the process was over budget, or died.</exception>
    public async Task<byte[]> ImportAsync(byte[] onnx)
    {
        await _imports.WaitAsync().ConfigureAwait(false);
        try
        {
            using var process = await ScorerProcess.StartAsync(options, time).ConfigureAwait(false);
            return await process.AskAsync(WorkerFrameKind.Import, onnx, WorkerFrameKind.Image).ConfigureAwait(false);
        }
        finally
        {
            _imports.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<double[]> ScoreAsync(ImageFile image, float[] inputs)
    {
        ArgumentNullException.ThrowIfNull(image);
        var entry = Take(image.Path);
        try
        {
            return await entry.Scorer.ScoreAsync(inputs).ConfigureAwait(false);
        }
        finally
        {
            Give(entry);
        }
    }

    /// <summary>Ends all processes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Values.ToArray())
            {
                Remove(entry);
            }
        }

        _imports.Dispose();
    }

    private Entry Take(string path)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(path, out var entry))
            {
                MakeRoom();
                entry = new Entry(path, new Scorer(path, options, time));
                entry.Idle = time.CreateTimer(_ => RemoveIfIdle(entry), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _entries.Add(path, entry);
            }

            entry.Users++;
            return entry;
        }
    }

    private void Give(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            entry.LastUse = time.GetTimestamp();
            entry.Idle?.Change(options.IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    // It may have been taken again since the timer was due.
    private void RemoveIfIdle(Entry entry)
    {
        lock (_lock)
        {
            if (entry.Users == 0 && time.GetElapsedTime(entry.LastUse) >= options.IdleTime)
            {
                Remove(entry);
            }
        }
    }

    private void MakeRoom()
    {
        if (_entries.Count < options.MaxScorers)
        {
            return;
        }

        Remove(_entries.Values.Where(entry => entry.Users == 0).MinBy(entry => entry.LastUse) ?? throw new GraincastException(
            SqlState.OutOfMemory, $"{options.MaxScorers} ONNX models are being scored at this node", "Try again, or raise GRAINCAST__MAXSCORERS for the silo."));
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Path);
        entry.Idle?.Dispose();
        entry.Scorer.Dispose();
    }

    private sealed class Entry(string path, Scorer scorer)
    {
        public string Path => path;

        public Scorer Scorer => scorer;

        public ITimer? Idle { get; set; }

        public int Users { get; set; }

        public long LastUse { get; set; }
    }
}
