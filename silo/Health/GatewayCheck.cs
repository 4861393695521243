using System.Net.Sockets;
using Graincast.Gateway;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graincast.Health;

/// <summary>Healthy while backends can connect: a connection to the silo's own socket is made and closed.</summary>
public sealed class GatewayCheck(SocketOptions options) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.SocketPath), cancellationToken);
            return HealthCheckResult.Healthy($"backends can connect to {options.SocketPath}");
        }
        catch (SocketException exception)
        {
            return HealthCheckResult.Unhealthy($"backends cannot connect to {options.SocketPath}: {exception.Message}");
        }
    }
}
