using System.Diagnostics;
using Graincast.Training;
using OpenTelemetry;

namespace Graincast.Telemetry;

/// <summary>
/// What of the spans of Orleans and Npgsql is not exported: the words of exceptions, which may quote a row (type, SQLSTATE and status stay), and the packets of a
/// fit, which are thousands.
/// </summary>
public sealed class SpanFilter : BaseProcessor<Activity>
{
    private const string Message = "exception.message";
    private const string StackTrace = "exception.stacktrace";
    private const string Packet = $"{nameof(ITrainerGrain)}/{nameof(ITrainerGrain.DeliverAsync)}";

    /// <summary>For Npgsql, whose exceptions are events, which cannot be changed afterwards: a listener may write their tags first.</summary>
    public static ActivityListener Listener { get; } = new()
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        ExceptionRecorder = (Activity _, Exception _, ref TagList tags) =>
        {
            tags.Add(Message, "");
            tags.Add(StackTrace, "");
        },
    };

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.SetTag(Message, null);
        data.SetTag(StackTrace, null);
        // Ours say no more than an error's type.
        if (data.Status == ActivityStatusCode.Error && data.Source.Name != GraincastActivity.SourceName)
        {
            data.SetStatus(ActivityStatusCode.Error);
        }

        if (data.OperationName == Packet)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
