using System.Diagnostics;

namespace Graincast.Training;

/// <summary>The rows of one run at one node: a file a feed, in a folder that goes with the run.</summary>
internal sealed class FeedFolder(string path)
{
    private readonly Dictionary<Guid, FeedFile> _feeds = [];
    private int _seen;

    public string Path => path;

    /// <summary>The feeds that came to their end.</summary>
    public IReadOnlyList<FeedFile> Ended => [.. _feeds.Values.Where(feed => feed.IsEnded)];

    public FedRows Count() => new(Ended.Sum(feed => feed.Rows), Ended.Sum(feed => feed.SizeBytes), Ended.Count);

    /// <summary>Rows so far, those of feeds that go on included.</summary>
    public long CountAll() => _feeds.Values.Sum(feed => feed.Rows);

    /// <param name="feed">Which feed.</param>
    /// <param name="block">Its next rows.</param>
    /// <param name="begin">Starts the feed's span with its first rows.</param>
    public void Append(Guid feed, RowBlock block, Func<Activity?> begin)
    {
        if (!_feeds.TryGetValue(feed, out var file))
        {
            Directory.CreateDirectory(path);
            file = _feeds[feed] = new FeedFile(System.IO.Path.Combine(path, $"{_seen++:D6}.rows"), begin());
        }

        file.Append(block);
    }

    /// <returns>The rows that came.</returns>
    /// <exception cref="GraincastException">08006: another number than were sent.</exception>
    public long End(Guid feed, long rows)
    {
        _feeds.TryGetValue(feed, out var file);
        var received = file?.Rows ?? 0;
        if (received != rows)
        {
            throw new GraincastException(SqlState.ConnectionLost, $"a feed ended with {rows} rows, but {received} arrived", "Train again.");
        }

        file?.End();
        return received;
    }

    public void Abort(Guid feed)
    {
        if (_feeds.Remove(feed, out var file))
        {
            file.Dispose();
            File.Delete(file.Path);
        }
    }

    public void Clear()
    {
        foreach (var feed in _feeds.Values)
        {
            feed.Dispose();
        }

        _feeds.Clear();
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
