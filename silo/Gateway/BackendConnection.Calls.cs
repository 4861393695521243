using System.Diagnostics;
using System.Net.Sockets;
using Graincast.Telemetry;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>How calls are answered, traced and timed.</summary>
public sealed partial class BackendConnection
{
    private FrameKind _kind;
    private ActivityContext _trace;

    /// <summary>Answers a call on the connection's own thread; <paramref name="span"/> is the name of its span, if it has one of its own.</summary>
    private void Call(uint stream, Action action, string? span = null)
    {
        long start = Stopwatch.GetTimestamp();
        var tags = new TagList { { "graincast.call", _kind.ToString() } };
        using Activity? activity = span is null ? null : StartServer(span);
        try
        {
            action();
        }
        catch (Exception exception) when (exception is not SocketException and not ObjectDisposedException)
        {
            GraincastException error = calls.Translate(exception);
            activity.Fail(error.SqlState);
            tags.Add(GraincastActivity.ErrorType, error.SqlState);
            _sender.Send(Error.From(error), stream);
        }

        GraincastMeter.CallDuration.Record(GraincastMeter.SecondsSince(start), tags);
    }

    private Activity? StartServer(string span) => GraincastActivity.Source.StartActivity(span, ActivityKind.Server, _trace);
}
