using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Graincast.Security;

/// <summary>
/// Orleans' gateway takes a client's word for who it is: a message that names a grain as its sender looks like a silo's to every filter, one that is an answer
/// answers somebody else's call, and its list of moved grains misleads every silo it passes. None of these has an honest client. So the guard reads the start of
/// each message and ends the connection. It must see plain bytes: behind TLS, before Orleans.
/// </summary>
public static class GatewayGuard
{
    /// <summary>Puts the guard in front of every client's connection.</summary>
    public static void UseGatewayGuard(this IConnectionBuilder connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        connections.Use(next => context =>
        {
            context.Transport = new GuardedPipe(new GuardedReader(context.Transport.Input), context.Transport.Output);
            return next(context);
        });
    }

    private sealed record GuardedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
