using System.Net;
using System.Net.Sockets;
using Graincast.Security;
using Orleans.Configuration;

namespace Graincast.Hosting;

/// <summary>Where a silo listens and where others connect to it: over TLS, or on this machine only.</summary>
public sealed partial class SiloEndpoints
{
    private readonly GraincastOptions _options;
    private readonly IPAddress _address;
    private readonly TlsCertificates? _certificates;

    /// <summary>Throws 22023 when the folder with certificates cannot be used. The options were checked before.</summary>
    public SiloEndpoints(GraincastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _address = options.AdvertisedAddress.Length == 0 ? IPAddress.Loopback : IPAddress.Parse(options.AdvertisedAddress);
        _certificates = options.TlsDirectory.Length == 0 ? null : new TlsCertificates(options.TlsDirectory);
        _certificates?.RequireSilo();
    }

    /// <summary>Where other silos connect to this one.</summary>
    public IPEndPoint Silo => new(_address, _options.SiloPort);

    private IPEndPoint Gateway => new(_address, _options.GatewayPort);

    /// <summary>Sets Orleans' endpoints and its connections.</summary>
    public void Configure(ISiloBuilder silo)
    {
        silo.Configure<EndpointOptions>(endpoints =>
        {
            (endpoints.AdvertisedIPAddress, endpoints.SiloPort, endpoints.GatewayPort) = (_address, _options.SiloPort, _options.GatewayPort);
            if (!IPAddress.IsLoopback(_address))
            {
                // An address that others know need not be one of this machine's own.
                IPAddress any = _address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
                (endpoints.SiloListeningEndpoint, endpoints.GatewayListeningEndpoint) = (new IPEndPoint(any, _options.SiloPort), new IPEndPoint(any, _options.GatewayPort));
            }
        });
        if (_certificates is { } certificates)
        {
            silo.UseTls(certificates);
        }
    }

    /// <summary>Says at start who can connect.</summary>
    public void LogStart(ILogger<SiloEndpoints> logger)
    {
        if (_certificates is null)
        {
            LogLoopbackOnly(logger, Silo, Gateway);
        }
        else
        {
            LogTls(logger, Silo, Gateway, _options.TlsDirectory, _certificates.Description);
        }
    }
}
