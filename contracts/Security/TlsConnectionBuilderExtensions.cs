using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Graincast.Security;

/// <summary>TLS for each kind of connection that Orleans makes.</summary>
public static class TlsConnectionBuilderExtensions
{
    /// <summary>At a silo's port: only silos are let in.</summary>
    public static void AcceptSilos(this IConnectionBuilder builder, TlsCertificates certificates) => Use(builder, certificates, accepts: true, peerMustBeSilo: true);

    /// <summary>At a gateway's port: whoever has a certificate of the CA is let in.</summary>
    public static void AcceptClients(this IConnectionBuilder builder, TlsCertificates certificates) => Use(builder, certificates, accepts: true, peerMustBeSilo: false);

    /// <summary>From a silo or a client to a silo: the other end must be one.</summary>
    public static void ConnectToSilos(this IConnectionBuilder builder, TlsCertificates certificates) => Use(builder, certificates, accepts: false, peerMustBeSilo: true);

    private static void Use(IConnectionBuilder builder, TlsCertificates certificates, bool accepts, bool peerMustBeSilo)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var tls = new TlsConnection(certificates, accepts, peerMustBeSilo, builder.ApplicationServices.GetRequiredService<ILogger<TlsConnection>>());
        builder.Use(next => context => tls.RunAsync(context, next));
    }
}
