using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Graincast.Training;

/// <summary>
/// The child process of a training: exec'd, never forked, so that a runaway or crashing trainer costs one run and not the silo.
/// Its standard input stays open as long as the silo lives; the child ends itself when that closes.
/// </summary>
internal sealed partial class WorkerProcess(WorkerOptions options, string node, TimeProvider time, ILogger logger, PartExchange exchange) : IDisposable
{
    private static readonly TimeSpan MemoryCheckPeriod = TimeSpan.FromMilliseconds(100);

    // Packets still on their way when the worker had ended.
    private readonly List<Task> _undelivered = [];

    private Process? _process;
    private GraincastException? _killedFor;

    /// <summary>Runs the job; yields the worker's lines. Throws what the worker reports, 53200 and 57014 over budget, 08006 when it dies.</summary>
    public async IAsyncEnumerable<WorkerLine> RunAsync(string jobPath, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Process process = Start(jobPath);
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var registration = cancellationToken.Register(() => Kill(new GraincastException(SqlState.QueryCanceled, "the training was cancelled")));
        using var deadline = timeout.Token.Register(() => Kill(OverTime()));
        using ITimer memory = time.CreateTimer(_ => CheckMemory(), null, MemoryCheckPeriod, MemoryCheckPeriod);
        Task<string> errorText = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task exited = process.WaitForExitAsync(CancellationToken.None);
        bool hasResult = false;
        while (await NextLineAsync(process, exited, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Error is { } error)
            {
                if (error.SqlState == SqlState.InternalError)
                {
                    LogFailed(logger, await errorText);
                }

                throw new GraincastException(error.SqlState, error.Message, error.Hint, error.Detail);
            }

            hasResult |= line.Result is not null;
            yield return line;
        }

        await exited;
        if (!hasResult)
        {
            throw _killedFor ?? Died(process.ExitCode, await errorText);
        }

        await Task.WhenAll(_undelivered);
    }

    /// <summary>Kills the child if it still runs: only here is its handle given up, or nothing could kill it any more.</summary>
    public void Dispose()
    {
        Kill(new GraincastException(SqlState.QueryCanceled, "the training was cancelled"));
        _process?.Dispose();
    }

    /// <summary>Answers exchanges until a line comes; null when the worker's output ends. Off the grain's turns, which take packets meanwhile.</summary>
    private async Task<WorkerLine?> NextLineAsync(Process process, Task exited, CancellationToken cancellationToken)
    {
        while (await WorkerFrame.ReadAsync(process.StandardOutput.BaseStream).ConfigureAwait(false) is { } frame)
        {
            if (frame.Kind == WorkerFrameKind.Line)
            {
                return Parse(frame.Bytes);
            }

            Task<byte[]?> answering = exchange.AnswerAsync(frame.Bytes, cancellationToken);
            // The others may wait for this worker as it waits for them: its death must end the wait. What it wrote before it ended is read to the end.
            if (await Task.WhenAny(answering, exited).ConfigureAwait(false) == exited)
            {
                _undelivered.Add(answering);
            }
            else if (await answering.ConfigureAwait(false) is { } answer)
            {
                await WriteAnswerAsync(process, answer, cancellationToken).ConfigureAwait(false);
            }
        }

        return null;
    }

    private static async Task WriteAnswerAsync(Process process, byte[] answer, CancellationToken cancellationToken)
    {
        try
        {
            await new WorkerFrame(WorkerFrameKind.Answer, answer).WriteToAsync(process.StandardInput.BaseStream, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended since it asked: its output is read to the end, and its exit code tells why.
        }
    }

    private Process Start(string jobPath)
    {
        var start = new ProcessStartInfo(options.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in options.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(jobPath);
        start.Environment["DOTNET_gcServer"] = "0";
        // A worker is loops over rows, and each method that has them runs once: compiled well at once, not quickly first.
        start.Environment["DOTNET_TC_QuickJitForLoops"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        // LightGBM makes and drops arrays as long as the rows: pages of 2 MiB where the kernel gives them on demand.
        start.Environment.TryAdd("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
        return _process = Process.Start(start) ?? throw new GraincastException(SqlState.InternalError, $"could not start {options.FileName}");
    }

    private void CheckMemory()
    {
        if (_process is not { } process || _killedFor is not null)
        {
            return;
        }

        try
        {
            process.Refresh();
            if (!process.HasExited && process.WorkingSet64 > options.MemoryBytes)
            {
                Kill(new GraincastException(
                    SqlState.OutOfMemory,
                    $"the training used more than its budget of {options.MemoryBytes} bytes of memory",
                    "Train on fewer rows or columns, choose smaller hyperparameters, or raise GRAINCAST__WORKERMEMORYBYTES for the silo."));
            }
        }
        catch (InvalidOperationException)
        {
            // The child ended between two looks at it: there is nothing left to bound.
        }
    }

    private void Kill(GraincastException reason)
    {
        Interlocked.CompareExchange(ref _killedFor, reason, null);
        try
        {
            // Not its tree, which it has none of: each of a tree is stopped before it is killed, and stays so for good if this silo ends in between.
            _process?.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or was never started: that is what a kill is for.
        }
    }

    private GraincastException OverTime() => new(
        SqlState.QueryCanceled,
        $"the training took longer than its budget of {options.Timeout.TotalSeconds:0} s",
        "Train on fewer rows, choose smaller hyperparameters, or raise GRAINCAST__WORKERTIMEOUTMS for the silo.");

    private GraincastException Died(int exitCode, string errorText)
    {
        LogFailed(logger, errorText);
        return new GraincastException(
            SqlState.ConnectionLost,
            exitCode > 128 ? $"the training process of node {node} was killed by signal {exitCode - 128}" : $"the training process of node {node} ended with exit code {exitCode}",
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
                SqlState.InternalError, "the training process wrote a line that is no JSON", detail: System.Text.Encoding.UTF8.GetString(json), innerException: exception);
        }
    }
}
