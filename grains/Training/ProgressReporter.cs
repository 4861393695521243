using System.Diagnostics;

namespace Graincast.Training;

/// <summary>Tells the caller what the worker does now, at most about twice a second for steps that repeat.</summary>
internal sealed class ProgressReporter(Action<string> write)
{
    private const long IntervalMs = 500;

    /// <summary>Tells nobody.</summary>
    public static ProgressReporter Silent { get; } = new(_ => { });

    private long _lastMs = -IntervalMs;

    /// <summary>A step that comes once.</summary>
    public void Say(string text)
    {
        _lastMs = NowMs();
        write(text);
    }

    /// <summary>A step of many; dropped when one was told just before.</summary>
    public void Step(Func<string> text)
    {
        if (NowMs() - _lastMs >= IntervalMs)
        {
            Say(text());
        }
    }

    private static long NowMs() => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;
}
