using System.ComponentModel;
using Graincast.Workers;
using Microsoft.Extensions.Logging;

namespace Graincast.Training;

/// <summary>
/// The child processes of a silo's trainings, each of one. When the last training ends, a spare one starts and warms up: a process needs half a second until it
/// fits its first model, and a small table a hundredth of that. Never beside a training, whose memory it would take, and not for long where nobody trains.
/// </summary>
public sealed partial class TrainWorkers(WorkerOptions options, TimeProvider time, ILogger<TrainWorkers> logger) : IDisposable
{
    private static readonly TimeSpan SpareTime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private ChildProcess? _spare;
    private ITimer? _spareOver;
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
            if (spare is null or { Exited.IsCompleted: true })
            {
                spare?.Dispose();
                spare = Start();
            }

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
                StartSpare();
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
        try
        {
            _spare = Start(TrainWorker.Spare);
            _spareOver = time.CreateTimer(_ => EndSpare(), null, SpareTime, Timeout.InfiniteTimeSpan);
        }
        catch (Exception exception) when (exception is Win32Exception or GraincastException)
        {
            // The training that has just ended is none the worse for it.
            LogNoSpare(logger, exception);
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
        _spareOver?.Dispose();
        _spare?.Dispose();
        (_spare, _spareOver) = (null, null);
    }

    private GraincastException OverMemory() => new(
        SqlState.OutOfMemory,
        $"the training used more than its budget of {options.MemoryBytes} bytes of memory",
        "Train on fewer rows or columns, choose smaller hyperparameters, or raise GRAINCAST__WORKERMEMORYBYTES for the silo.");
}
