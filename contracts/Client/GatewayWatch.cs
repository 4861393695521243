using Orleans.Runtime;

namespace Graincast.Client;

#pragma warning disable CA1001 // The source is never disposed: calls may be about to link themselves to it, and it has no timer.
/// <summary>Whether the client runs, and how many gateways it is connected with.</summary>
internal sealed class GatewayWatch : IClusterConnectionStatusObserver, ILifecycleParticipant<IClusterClientLifecycle>
#pragma warning restore CA1001
{
    private CancellationTokenSource _lost = new();
    private volatile int _connected;
    private volatile bool _isRunning;

    /// <summary>Whether the host was started and not stopped.</summary>
    public bool IsRunning => _isRunning;

    /// <summary>Whether any gateway is connected.</summary>
    public bool IsConnected => _connected > 0;

    /// <summary>Cancelled when a gateway is lost: Orleans lets the calls that it had run into their timeout.</summary>
    public CancellationToken Lost => Volatile.Read(ref _lost).Token;

    public void NotifyClusterConnectionLost()
    {
    }

    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        _connected = currentNumberOfGateways;
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            Interlocked.Exchange(ref _lost, new CancellationTokenSource()).Cancel();
        }
    }

    public void Participate(IClusterClientLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(GatewayWatch),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _isRunning = true;
            return Task.CompletedTask;
        },
        _ =>
        {
            _isRunning = false;
            return Task.CompletedTask;
        });
}
