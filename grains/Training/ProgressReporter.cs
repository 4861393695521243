using System.Diagnostics;

namespace Graincast.Training;

/// <summary>Tells what the worker does now, at most about twice a second for steps that repeat.</summary>
internal sealed class ProgressReporter(Action<WorkerProgress> write)
{
    /// <summary>Where a worker begins.</summary>
    public const string FirstPhase = "preparing";

    private const long IntervalMs = 500;

    private string _phase = FirstPhase;
    private long _lastMs = -IntervalMs;

    /// <summary>Tells nobody.</summary>
    public static ProgressReporter Silent { get; } = new(_ => { });

    /// <summary>What follows belongs to the next phase.</summary>
    public void Enter(string phase) => _phase = phase;

    /// <summary>A step that comes once.</summary>
    public void Say(string text) => Write(0, text);

    /// <summary>A step of many; dropped when one was told just before.</summary>
    public void Step(long iteration, Func<string> text)
    {
        if (NowMs() - _lastMs >= IntervalMs)
        {
            Write(iteration, text());
        }
    }

    private static long NowMs() => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    private void Write(long iteration, string text)
    {
        _lastMs = NowMs();
        write(new WorkerProgress(_phase, iteration, text));
    }
}
