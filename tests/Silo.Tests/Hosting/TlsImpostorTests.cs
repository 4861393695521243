using Graincast.Security;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Shouldly;
using Xunit;

namespace Graincast.Hosting;

/// <summary>Real silos that may not join. A cluster of its own: what is refused here goes on trying for a while.</summary>
public sealed class TlsImpostorTests(TlsCluster cluster) : IClassFixture<TlsCluster>
{
    [Fact]
    public async Task A_silo_with_a_clients_certificate_does_not_join() => await MustNotJoinAsync(cluster.Authority.Client("mere client"), "mere client");

    [Fact]
    public async Task A_silo_of_another_CA_does_not_join()
    {
        using var other = new TestAuthority("another CA");
        await MustNotJoinAsync(other.Silo("stranger"), "stranger");
    }

    [Fact]
    public async Task A_silo_whose_certificate_has_expired_does_not_join() => await MustNotJoinAsync(cluster.Authority.Expired(), "expired");

    [Fact]
    public async Task A_silo_without_TLS_does_not_join() => await MustNotJoinAsync(null, "it does not speak TLS");

    private async Task MustNotJoinAsync(TestAuthority.Issued? certificate, string logged)
    {
        GraincastOptions options = cluster.NewOptions("");
        using var stop = new CancellationTokenSource();
        // Not disposed of, it ends with the process: Orleans' directory would follow a membership that is disposed of without a pause, and a silo that
        // never ran cannot be stopped.
        IHost impostor = cluster.BuildSilo(
            silo =>
            {
                // As the product does it, without the check at start that would end it here.
                new SiloEndpoints(options).Configure(silo);
                if (certificate is not null)
                {
                    silo.UseTls(new TlsCertificates(certificate.WriteTo(cluster.Folder(logged), cluster.Authority.Pem)));
                }
            },
            new LogLines());

        Task starting = impostor.StartAsync(stop.Token);
        await cluster.Log.WaitAsync(logged, 2);
        await stop.CancelAsync();

        await Should.ThrowAsync<Exception>(() => starting);
        (await cluster.ActiveAsync()).Select(silo => silo.Endpoint.Port).ShouldNotContain(options.SiloPort);
    }
}
