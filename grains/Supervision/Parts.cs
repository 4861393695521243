using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Graincast.Placement;
using Graincast.Training;

namespace Graincast.Supervision;

/// <summary>Calls to the trainers of a run, all at once; a failure names the node.</summary>
internal static class Parts
{
    /// <summary>The answers in the nodes' order.</summary>
    /// <exception cref="GraincastException">The first that failed; 08006 when its silo is lost.</exception>
    public static Task<T[]> CallAsync<T>(IEnumerable<string> nodes, Func<string, Task<T>> call) => Task.WhenAll(nodes.Select(async node =>
    {
        try
        {
            return await call(node);
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception))
        {
            throw NodeLost.Error(node, exception);
        }
    }));

    /// <inheritdoc cref="CallAsync{T}"/>
    public static Task CallAsync(IEnumerable<string> nodes, Func<string, Task> call) => CallAsync(nodes, async node =>
    {
        await call(node);
        return true;
    });

    /// <summary>The steps of all parts as they come. The first part that fails ends the others, and is what is thrown.</summary>
    public static async IAsyncEnumerable<(int Rank, TrainingStep Step)> MergeAsync(
        IReadOnlyList<string> nodes, Func<int, CancellationToken, IAsyncEnumerable<TrainingStep>> fit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var steps = Channel.CreateUnbounded<(int, TrainingStep)>();
        Exception? failure = null;
        var parts = Enumerable.Range(0, nodes.Count).Select(async rank =>
        {
            try
            {
                await foreach (var step in fit(rank, ended.Token))
                {
                    steps.Writer.TryWrite((rank, step));
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, NodeLost.IsCauseOf(exception) ? NodeLost.Error(nodes[rank], exception) : exception, null);
                await ended.CancelAsync();
            }
        }).ToList();
        _ = Task.WhenAll(parts).ContinueWith(_ => steps.Writer.TryComplete(failure), TaskScheduler.Default);
        try
        {
            await foreach (var step in steps.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return step;
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }
}
