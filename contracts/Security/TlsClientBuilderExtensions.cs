using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Graincast.Security;

/// <summary>TLS for an Orleans client.</summary>
public static class TlsClientBuilderExtensions
{
    /// <summary>Connects with the certificate in a folder, see <see cref="TlsCertificates"/>. The host does not start, by 22023, when the folder cannot be used.</summary>
    public static IClientBuilder UseTls(this IClientBuilder builder, string directory) => builder.UseTls(_ => directory);

    /// <summary>The same with a folder that is known when the host starts; null = no TLS.</summary>
    public static IClientBuilder UseTls(this IClientBuilder builder, Func<IServiceProvider, string?> directory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<ClientConnectionOptions>().Configure<IServiceProvider>((options, services) =>
        {
            if (directory(services) is { } folder)
            {
                var certificates = new TlsCertificates(folder);
                options.ConfigureConnection(connection => connection.ConnectToSilos(certificates));
            }
        });
        return builder;
    }
}
