namespace Graincast.Training;

/// <summary>Holds the rows of one run that one node fed, and trains on them in a child process. Key: <c>node/run</c>.</summary>
[Alias("graincast.trainer")]
public interface ITrainerGrain : IGrainWithStringKey
{
    /// <summary>Makes room for the run's rows on this node.</summary>
    [Alias("begin")]
    Task BeginAsync(TrainingSpec spec, long seed);

    /// <summary>Adds rows of one feed, in the encoding of PROTOCOL.md. 42704 when the run was never begun here or is over.</summary>
    [Alias("append")]
    Task AppendAsync(Guid feed, RowBlock block);

    /// <summary>Ends a feed: its rows count from now on. Returns the rows it brought; another number than <paramref name="rows"/> is an error.</summary>
    [Alias("end-feed")]
    Task<long> EndFeedAsync(Guid feed, long rows);

    /// <summary>Forgets a feed that did not come to its end.</summary>
    [Alias("abort-feed")]
    Task AbortFeedAsync(Guid feed);

    /// <summary>Trains. Yields progress, then the result. Cancelling kills the worker.</summary>
    [Alias("fit")]
    IAsyncEnumerable<TrainingStep> FitAsync(long rows, CancellationToken cancellationToken);

    /// <summary>Kills the worker and deletes the rows. A run that is over or unknown is no error.</summary>
    [Alias("cancel")]
    Task CancelAsync();
}

/// <summary>Encoded rows on their way to a trainer. Bytes, not numbers: 1 MiB crosses silos in a seventh of the time.</summary>
[GenerateSerializer, Immutable, Alias("graincast.row-block")]
public sealed record RowBlock(
    [property: Id(0)] int Rows,
    [property: Id(1)] byte[] Bytes);
