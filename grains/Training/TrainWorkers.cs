using System.ComponentModel;
using Graincast.Workers;
using Microsoft.Extensions.Logging;

namespace Graincast.Training;

/// <summary>
/// The child processes of a silo's trainings, each of one. A second after the last training has ended, a spare one starts and warms up: a process needs half a
/// second until it fits its first model, and a small table a hundredth of that. Never beside a training, whose memory it would take; not between two that follow
/// each other at once; and not for long where nobody trains.
/// </summary>
public sealed partial class TrainWorkers(WorkerOptions options, TimeProvider time, ILogger<TrainWorkers> logger) : IDisposable
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SpareTime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private ChildProcess? _spare;
    private ITimer? _next;
    private int _atWork;
    private bool _isDisposed;

    /// <summary>Their bounds.</summary>
    internal WorkerOptions Options => options;

    /// <summary>The clock of those.</summary>
    internal TimeProvider Time => time;

    /// <summary>Ends the spare one; none is started any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            DropSpare();
        }
    }

    /// <summary>A process that waits for its job.</summary>
    internal ChildProcess Take()
    {
        lock (_lock)
        {
            var spare = _spare;
            _spare = null;
            DropSpare();
            if (spare is { Exited.IsCompleted: true })
            {
                LogSpareEnded(logger, spare.End);
                spare.Dispose();
                spare = null;
            }

            spare ??= Start();

            _atWork++;
            return spare;
        }
    }

    /// <summary>Ends a process that was taken.</summary>
    internal void Return(ChildProcess worker)
    {
        worker.Dispose();
        lock (_lock)
        {
            if (--_atWork == 0 && !_isDisposed)
            {
                _next = time.CreateTimer(_ => StartSpare(), null, QuietTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private ChildProcess Start(params string[] arguments)
    {
        var child = new ChildProcess(options, arguments, OverMemory(), time);
        child.LowerPriority();
        return child;
    }

    private void StartSpare()
    {
        lock (_lock)
        {
            // A training may have begun while this waited for its turn.
            if (_atWork > 0 || _isDisposed)
            {
                return;
            }

            DropSpare();
            try
            {
                _spare = Start(TrainWorker.Spare);
                _next = time.CreateTimer(_ => EndSpare(), null, SpareTime, Timeout.InfiniteTimeSpan);
            }
            catch (Exception exception) when (exception is Win32Exception or GraincastException)
            {
                // The next training tries it again, and says what failed.
                LogNoSpare(logger, exception);
            }
        }
    }

    private void EndSpare()
    {
        lock (_lock)
        {
            DropSpare();
        }
    }

    private void DropSpare()
    {
        _next?.Dispose();
        _spare?.Dispose();
        (_spare, _next) = (null, null);
    }

    private GraincastException OverMemory() => new(
        SqlState.OutOfMemory,
        $"the training used more than its budget of {options.MemoryBytes} bytes of memory",
        "Train on fewer rows or columns, choose smaller hyperparameters, or raise GRAINCAST__WORKERMEMORYBYTES for the silo.");
}
