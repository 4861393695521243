using Graincast.Security;
using Orleans.Configuration;

namespace Graincast.Hosting;

/// <summary>TLS for a silo.</summary>
public static class TlsSiloBuilderExtensions
{
    /// <summary>Between silos and for clients, with these certificates.</summary>
    public static ISiloBuilder UseTls(this ISiloBuilder silo, TlsCertificates certificates) => silo.Configure<SiloConnectionOptions>(connections =>
    {
        connections.ConfigureSiloInboundConnection(connection => connection.AcceptSilos(certificates));
        connections.ConfigureSiloOutboundConnection(connection => connection.ConnectToSilos(certificates));
        connections.ConfigureGatewayInboundConnection(connection => connection.AcceptClients(certificates));
    });
}
