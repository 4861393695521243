using System.Diagnostics;
using Graincast.Telemetry;

namespace Graincast.Training;

/// <summary>The rows of one feed on their way to disk. Counts only once it was ended.</summary>
internal sealed class FeedFile : IDisposable
{
    private readonly FileStream _file;
    private readonly Activity? _activity;

    /// <summary>Creates the file; the feed's span, which ends with it, is its own.</summary>
    public FeedFile(string path, Activity? activity)
    {
        Path = path;
        _activity = activity;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Where the rows are.</summary>
    public string Path { get; }

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes so far.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Whether all rows have come.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Adds encoded rows.</summary>
    public void Append(RowBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        _file.Write(block.Bytes);
        Rows += block.Rows;
        SizeBytes += block.Bytes.Length;
    }

    /// <summary>No more rows.</summary>
    public void End()
    {
        IsEnded = true;
        _activity?.SetTag(GraincastActivity.Rows, Rows);
        Dispose();
    }

    /// <summary>Gives it up unless it was ended.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!IsEnded)
        {
            _activity.Fail(SqlState.QueryCanceled);
        }

        _activity?.Dispose();
    }
}
