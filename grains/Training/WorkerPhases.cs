using System.Diagnostics;
using Graincast.Telemetry;

namespace Graincast.Training;

/// <summary>The phases of a worker, as its progress tells them: each is timed, and a span below its fit's. The first begins with this.</summary>
/// <param name="fit">The fit's span; null when nobody traces it.</param>
internal sealed class WorkerPhases(string? fit) : IDisposable
{
    private string _phase = ProgressReporter.FirstPhase;
    private long _start = Stopwatch.GetTimestamp();
    private Activity? _activity = GraincastActivity.StartBelow(ProgressReporter.FirstPhase, fit);

    public void Enter(string phase)
    {
        if (phase != _phase)
        {
            Dispose();
            (_phase, _start, _activity) = (phase, Stopwatch.GetTimestamp(), GraincastActivity.StartBelow(phase, fit));
        }
    }

    /// <summary>Says that the phase failed.</summary>
    public void Fail(string errorType) => _activity.Fail(errorType);

    /// <summary>Ends the last phase.</summary>
    public void Dispose()
    {
        _activity?.Dispose();
        GraincastMeter.TrainingPhaseDuration.Record(GraincastMeter.SecondsSince(_start), new KeyValuePair<string, object?>("graincast.training.phase", _phase));
    }
}
