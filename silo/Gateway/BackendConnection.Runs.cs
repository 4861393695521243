using System.Diagnostics;
using System.Net.Sockets;
using Graincast.Training;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>How runs end, or go on without the connection.</summary>
public sealed partial class BackendConnection
{
    // Not this connection's any more: it goes on when the backend is gone.
    private void Start(StartRun start)
    {
        Activity.Current = ActivityOf(start.Run);
        if (EndRun(start.Run))
        {
            calls.LogIfFailed(calls.Supervisor(start.Run).StartAsync(_database, start.Rows));
        }

        Activity.Current = null;
    }

    private void EndForRole(EndRun end, uint stream) =>
        _sender.Send(new RunEnded(calls.EndRunAsync(_database, end.Run, end.Role).GetAwaiter().GetResult()), stream);

    private void EndFeed(Feed feed, long rows, uint stream)
    {
        try
        {
            _sender.Send(new Acknowledged(feed.End(rows)), stream);
        }
        catch (Exception exception) when (exception is not SocketException and not ObjectDisposedException)
        {
            throw calls.ReasonAsync(feed.Run, exception).GetAwaiter().GetResult();
        }
    }

    // What Orleans could not do now says nothing of the run.
    private TrainingResult Collect(ulong run)
    {
        try
        {
            return calls.Supervisor(run).CollectAsync().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            throw new GraincastException(SqlState.ObjectInUse, $"the silo could not be asked what came of training run {run}: {exception.Message}", "It is asked again.");
        }
    }

    private void SendResult(TrainingResult result, uint stream) => _sender.Send(
        new Fitted(result.ImageSha256, result.ImageBytes, (uint)result.Features, result.Rows, (uint)result.Nodes, result.Hyperparams, result.Metrics), stream);
}
