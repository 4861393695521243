using Graincast.Wire;
using Graincast.Workers;

namespace Graincast.Onnx;

/// <summary>A child process that answers frames, one at a time: the silo's end of <see cref="ScoreWorker"/>.</summary>
internal sealed class ScorerProcess : IDisposable
{
    // On a machine that is busy with other things.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly ScorerOptions _options;
    private readonly TimeProvider _time;
    private readonly ChildProcess _child;

    private ScorerProcess(ScorerOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _child = new ChildProcess(options, [], OverMemory(options), time);
    }

    /// <summary>Whether it has ended, for whatever reason.</summary>
    public bool HasEnded => _child.Exited.IsCompleted;

    /// <summary>Starts a process and waits until it can be asked.</summary>
    /// <exception cref="GraincastException">08006, 53200, 57014: it ended instead.</exception>
    public static async Task<ScorerProcess> StartAsync(ScorerOptions options, TimeProvider time)
    {
        var process = new ScorerProcess(options, time);
        try
        {
            using var deadline = process.KillAfter(StartTimeout, "did not start within");
            await process.ReadAsync(WorkerFrameKind.Ready).ConfigureAwait(false);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of the answer.</summary>
    /// <exception cref="GraincastException">What the process reports; 53200 and 57014 over budget, 08006 when it dies: then it has ended.</exception>
    public async Task<byte[]> AskAsync(WorkerFrameKind kind, ReadOnlyMemory<byte> question, WorkerFrameKind expected)
    {
        using var deadline = KillAfter(_options.Timeout, "took longer than its budget of");
        try
        {
            await new WorkerFrame(kind, question.ToArray()).WriteToAsync(_child.Input, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended: its output ends, and its exit code tells why.
        }

        return await ReadAsync(expected).ConfigureAwait(false);
    }

    public void Dispose() => _child.Dispose();

    private async Task<byte[]> ReadAsync(WorkerFrameKind expected)
    {
        if (await WorkerFrame.ReadAsync(_child.Output).ConfigureAwait(false) is not { } frame)
        {
            await _child.Exited.ConfigureAwait(false);
            throw _child.KilledFor ?? new GraincastException(
                SqlState.ConnectionLost, $"the process that scores the ONNX model {_child.End}", "Try again; the silo's log has more.", await _child.ErrorText.ConfigureAwait(false));
        }

        if (frame.Kind == WorkerFrameKind.Error)
        {
            var error = Payload.Read<Error>(frame.Bytes);
            throw new GraincastException(error.SqlState, error.Message, error.Hint, error.Detail);
        }

        return frame.Kind == expected ? frame.Bytes : throw new GraincastException(SqlState.InternalError, $"a scorer answered {frame.Kind}, not {expected}");
    }

    private CancellationTokenSource KillAfter(TimeSpan limit, string what)
    {
        var deadline = new CancellationTokenSource(limit, _time);
        deadline.Token.Register(() => _child.Kill(new GraincastException(
            SqlState.QueryCanceled,
            $"the process that scores the ONNX model {what} {limit.TotalSeconds:0.###} s",
            "Pass fewer rows at once, use a smaller model, or raise GRAINCAST__SCORERTIMEOUTMS for the silo.")));
        return deadline;
    }

    private static GraincastException OverMemory(ScorerOptions options) => new(
        SqlState.OutOfMemory,
        $"the process that scores the ONNX model used more than its budget of {options.MemoryBytes} bytes of memory",
        "Pass fewer rows at once, use a smaller model, or raise GRAINCAST__SCORERMEMORYBYTES for the silo.");
}
