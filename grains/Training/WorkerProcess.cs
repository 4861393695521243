using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Graincast.Workers;
using Microsoft.Extensions.Logging;

namespace Graincast.Training;

/// <summary>
/// The child process of a training: a runaway or crashing trainer costs one run and not the silo.
/// </summary>
internal sealed partial class WorkerProcess(TrainWorkers workers, string node, ILogger logger, PartExchange exchange) : IDisposable
{
    // Packets still on their way when the worker had ended.
    private readonly List<Task> _undelivered = [];

    private ChildProcess? _child;

    /// <summary>Runs the job; yields the worker's lines. Throws what the worker reports, 53200 and 57014 over budget, 08006 when it dies.</summary>
    public async IAsyncEnumerable<WorkerLine> RunAsync(string jobPath, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChildProcess child = _child = workers.Take();
        using var timeout = new CancellationTokenSource(workers.Options.Timeout, workers.Time);
        using var registration = cancellationToken.Register(() => child.Kill(Cancelled()));
        using var deadline = timeout.Token.Register(() => child.Kill(OverTime()));
        await WriteAsync(child, new WorkerFrame(WorkerFrameKind.Job, Encoding.UTF8.GetBytes(jobPath)), cancellationToken).ConfigureAwait(false);
        bool hasResult = false;
        while (await NextLineAsync(child, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Error is { } error)
            {
                if (error.SqlState == SqlState.InternalError)
                {
                    LogFailed(logger, await child.ErrorText);
                }

                throw new GraincastException(error.SqlState, error.Message, error.Hint, error.Detail);
            }

            hasResult |= line.Result is not null;
            yield return line;
        }

        await child.Exited;
        if (!hasResult)
        {
            throw child.KilledFor ?? Died(child.End, await child.ErrorText);
        }

        await Task.WhenAll(_undelivered);
    }

    /// <summary>Kills the child if it still runs.</summary>
    public void Dispose()
    {
        if (_child is not null)
        {
            workers.Return(_child);
        }
    }

    /// <summary>Answers exchanges until a line comes; null when the worker's output ends. Off the grain's turns, which take packets meanwhile.</summary>
    private async Task<WorkerLine?> NextLineAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        while (await WorkerFrame.ReadAsync(child.Output).ConfigureAwait(false) is { } frame)
        {
            if (frame.Kind == WorkerFrameKind.Line)
            {
                return Parse(frame.Bytes);
            }

            Task<byte[]?> answering = exchange.AnswerAsync(frame.Bytes, cancellationToken);
            // The others may wait for this worker as it waits for them: its death must end the wait. What it wrote before it ended is read to the end.
            if (await Task.WhenAny(answering, child.Exited).ConfigureAwait(false) == child.Exited)
            {
                _undelivered.Add(answering);
            }
            else if (await answering.ConfigureAwait(false) is { } answer)
            {
                await WriteAsync(child, new WorkerFrame(WorkerFrameKind.Answer, answer), cancellationToken).ConfigureAwait(false);
            }
        }

        return null;
    }

    private static async Task WriteAsync(ChildProcess child, WorkerFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await frame.WriteToAsync(child.Input, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended: its output is read to the end, and its exit code tells why.
        }
    }

    private static GraincastException Cancelled() => new(SqlState.QueryCanceled, "the training was cancelled");

    private GraincastException OverTime() => new(
        SqlState.QueryCanceled,
        $"the training took longer than its budget of {workers.Options.Timeout.TotalSeconds:0} s",
        "Train on fewer rows, choose smaller hyperparameters, or raise GRAINCAST__WORKERTIMEOUTMS for the silo.");

    private GraincastException Died(string end, string errorText)
    {
        LogFailed(logger, errorText);
        return new GraincastException(
            SqlState.ConnectionLost,
            $"the training process of node {node} {end}",
            "Nothing was written. Look into the silo's log, then train again.",
            errorText.Length > 2000 ? errorText[..2000] : errorText);
    }

    private static WorkerLine Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TrainingJson.Default.WorkerLine) ?? new WorkerLine();
        }
        catch (JsonException exception)
        {
            throw new GraincastException(
                SqlState.InternalError, "the training process wrote a line that is no JSON", detail: Encoding.UTF8.GetString(json), innerException: exception);
        }
    }
}
