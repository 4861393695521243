using Orleans.Concurrency;

namespace Graincast.Training;

/// <summary>Holds the rows of one run that one node fed, and trains on them in a child process. Key: <c>node/run</c>.</summary>
[Alias("graincast.trainer")]
public interface ITrainerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Adds rows of one feed, in the encoding of PROTOCOL.md. The first ones take this node into the run; 42704 when it was never begun or is over.
    /// </summary>
    [Alias("append")]
    Task AppendAsync(Guid feed, RowBlock block);

    /// <summary>Ends a feed: its rows count from now on. Returns the rows it brought; another number than <paramref name="rows"/> is an error.</summary>
    [Alias("end-feed")]
    Task<long> EndFeedAsync(Guid feed, long rows);

    /// <summary>Forgets a feed that did not come to its end.</summary>
    [Alias("abort-feed")]
    Task AbortFeedAsync(Guid feed);

    /// <summary>What the feeds that ended brought.</summary>
    [Alias("count")]
    Task<FedRows> CountAsync();

    /// <summary>Hands all rows to the trainer at <paramref name="node"/>, as one more feed of that one, and forgets them here.</summary>
    [Alias("move-rows")]
    Task MoveRowsAsync(string node);

    /// <summary>Trains. Yields progress, then the result. Cancelling kills the worker.</summary>
    [Alias("fit")]
    IAsyncEnumerable<TrainingStep> FitAsync(FitPart part, CancellationToken cancellationToken);

    /// <summary>Brings what another part of the fit sent to this one; <paramref name="number"/> counts what <paramref name="from"/> sent here, from 0. Dropped when the run is over.</summary>
    [Alias("deliver"), AlwaysInterleave]
    Task DeliverAsync(int from, long number, Packet packet);

    /// <summary>How far this part is.</summary>
    [Alias("progress"), AlwaysInterleave]
    Task<PartProgress> ProgressAsync();

    /// <summary>Kills the worker and deletes the rows. A run that is over or unknown is no error.</summary>
    [Alias("cancel"), AlwaysInterleave]
    Task CancelAsync();
}

/// <summary>Encoded rows on their way to a trainer. Bytes, not numbers: 1 MiB crosses silos in a seventh of the time.</summary>
[GenerateSerializer, Immutable, Alias("graincast.row-block")]
public sealed record RowBlock(
    [property: Id(0)] int Rows,
    [property: Id(1)] byte[] Bytes);

/// <summary>The rows of one node.</summary>
[GenerateSerializer, Immutable, Alias("graincast.fed-rows")]
public sealed record FedRows(
    [property: Id(0)] long Rows,
    [property: Id(1)] long SizeBytes,
    [property: Id(2)] int Feeds);

/// <summary>One node's part in a fit that all <paramref name="Nodes"/> do together; its rank is its place among them.</summary>
[GenerateSerializer, Immutable, Alias("graincast.fit-part")]
public sealed record FitPart(
    [property: Id(0)] int Rank,
    [property: Id(1)] IReadOnlyList<string> Nodes,
    [property: Id(2)] long Rows);

/// <summary>What a part does now: feeding, preparing, fitting or evaluating.</summary>
[GenerateSerializer, Immutable, Alias("graincast.part-progress")]
public sealed record PartProgress(
    [property: Id(0)] string Phase,
    [property: Id(1)] long Rows,
    [property: Id(2)] long Iteration);

/// <summary>Bytes from one part of a fit to another.</summary>
[GenerateSerializer, Immutable, Alias("graincast.packet")]
public sealed record Packet([property: Id(0)] byte[] Bytes);
