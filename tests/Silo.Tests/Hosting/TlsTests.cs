using System.Net;
using Graincast.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime.Messaging;
using Shouldly;
using Xunit;

namespace Graincast.Hosting;

public sealed class TlsTests(TlsCluster cluster) : IClassFixture<TlsCluster>
{
    private const int Attempts = 5;

    public enum Port
    {
        Silo,
        Gateway,
    }

    public enum Peer
    {
        Nobody,
        OfAnotherCa,
        Expired,
        NotYetValid,
        ServerOnly,
        NoSignatures,
        MadeByAClient,
        Client,
        Silo,
    }

    [Fact]
    public async Task Silos_with_certificates_join_and_clients_call_them_all()
    {
        (await cluster.ActiveAsync()).Length.ShouldBe(3);
        using IHost client = await cluster.ConnectAsync(cluster.Authority.Client().WriteTo(cluster.Folder("good"), cluster.Authority.Pem));
        int served = cluster.Served.Count;

        var grains = client.Services.GetRequiredService<IGrainFactory>();
        string[][] passed = await Task.WhenAll(Enumerable.Range(0, 30).Select(key => grains.GetGrain<ICountingGrain>(key).PassAsync([key + 100, key + 200])));

        passed.SelectMany(silos => silos).Distinct().Count().ShouldBe(3);
        (cluster.Served.Count - served).ShouldBe(90);
        await client.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(Port.Silo, Peer.Nobody, "it showed no certificate")]
    [InlineData(Port.Silo, Peer.OfAnotherCa, "no CA in ca.pem vouches for it")]
    [InlineData(Port.Silo, Peer.Expired, "has expired")]
    [InlineData(Port.Silo, Peer.NotYetValid, "is not valid before")]
    [InlineData(Port.Silo, Peer.ServerOnly, "extended key usage")]
    [InlineData(Port.Silo, Peer.NoSignatures, "key usage does not allow signatures")]
    [InlineData(Port.Silo, Peer.MadeByAClient, "CN=forged")]
    [InlineData(Port.Silo, Peer.Client, "it has no DNS name silo.graincast")]
    [InlineData(Port.Gateway, Peer.Nobody, "it showed no certificate")]
    [InlineData(Port.Gateway, Peer.OfAnotherCa, "no CA in ca.pem vouches for it")]
    [InlineData(Port.Gateway, Peer.Expired, "has expired")]
    [InlineData(Port.Gateway, Peer.NotYetValid, "is not valid before")]
    [InlineData(Port.Gateway, Peer.ServerOnly, "extended key usage")]
    [InlineData(Port.Gateway, Peer.MadeByAClient, "CN=forged")]
    public async Task A_peer_that_cannot_prove_itself_is_answered_nothing_and_the_log_says_why(Port port, Peer peer, string reason)
    {
        int logged = cluster.Log.Count;
        int answered = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            answered += await RawPeer.AnsweredBytesAsync(At(port), Certificate(peer));
        }

        string[] lines = await cluster.Log.WaitAsync("Refused", Attempts, logged);
        answered.ShouldBe(0);
        lines.Length.ShouldBe(Attempts);
        lines.ShouldAllBe(line => line.StartsWith("Warning: Refused a connection with 127.0.0.1:") && line.Contains(reason) && !line.Contains('\n'));
    }

    /// <summary>Takes half a minute.</summary>
    [Theory(Explicit = true), InlineData(Peer.Nobody), InlineData(Peer.OfAnotherCa), InlineData(Peer.Expired), InlineData(Peer.MadeByAClient)]
    public async Task None_of_a_thousand_connections_is_answered(Peer peer)
    {
        TestAuthority.Issued? certificate = Certificate(peer);
        int answered = 0;
        for (int attempt = 0; attempt < 1_000; attempt++)
        {
            answered += await RawPeer.AnsweredBytesAsync(At(Port.Gateway), certificate);
        }

        answered.ShouldBe(0);
    }

    [Theory, InlineData(Port.Silo, Peer.Silo), InlineData(Port.Gateway, Peer.Silo), InlineData(Port.Gateway, Peer.Client)]
    public async Task A_peer_with_the_right_certificate_comes_through_to_Orleans(Port port, Peer peer)
    {
        int logged = cluster.Log.Count;

        // Orleans itself hangs up on what is sent then.
        await RawPeer.AnsweredBytesAsync(At(port), Certificate(peer));

        cluster.Log.Find("Refused", logged).ShouldBeEmpty();
    }

    [Theory, InlineData(Port.Silo), InlineData(Port.Gateway)]
    public async Task A_peer_without_TLS_is_answered_nothing(Port port)
    {
        int logged = cluster.Log.Count;

        int answered = await RawPeer.AnsweredPlainBytesAsync(At(port));

        (await cluster.Log.WaitAsync("Refused", 1, logged)).Single().ShouldContain("it does not speak TLS");
        answered.ShouldBe(0);
    }

    [Fact]
    public async Task A_peer_that_begins_a_handshake_and_stops_is_hung_up_on()
    {
        int logged = cluster.Log.Count;

        // The head of a ClientHello that does not come.
        await RawPeer.AnsweredPlainBytesAsync(At(Port.Silo), new byte[] { 22, 3, 1, 1, 0 });

        await cluster.Log.WaitAsync("the handshake took over 5 s", 1, logged);
        cluster.Log.Find("Refused", logged).ShouldHaveSingleItem();
    }

    [Theory, InlineData(Peer.OfAnotherCa), InlineData(Peer.Expired), InlineData(Peer.NotYetValid), InlineData(Peer.MadeByAClient)]
    public async Task An_Orleans_client_with_a_bad_certificate_calls_no_grain(Peer peer) =>
        await MustNotBeServedAsync(Certificate(peer)!.WriteTo(cluster.Folder($"client-{peer}"), cluster.Authority.Pem));

    [Fact]
    public async Task An_Orleans_client_without_TLS_calls_no_grain() => await MustNotBeServedAsync(null);

    [Fact]
    public async Task A_client_does_not_talk_with_a_gateway_that_shows_no_silos_certificate()
    {
        var log = new LogLines();
        // A gateway that a client made up: it has a good certificate, but a client's.
        var certificates = new TlsCertificates(cluster.Authority.Client().WriteTo(cluster.Folder("gateway"), cluster.Authority.Pem));
        GraincastOptions options = cluster.NewOptions("");
        using IHost pretender = Pretender(options, certificates);
        await pretender.StartAsync(TestContext.Current.CancellationToken);
        string folder = cluster.Authority.Client().WriteTo(cluster.Folder("misled"), cluster.Authority.Pem);

        var refusal = await Should.ThrowAsync<ConnectionFailedException>(() => cluster.ConnectAsync(folder, log, new IPEndPoint(IPAddress.Loopback, options.GatewayPort)));

        refusal.ToString().ShouldContain("it has no DNS name silo.graincast");

        log.Find("Refused").ShouldNotBeEmpty();
        log.Find("Refused").ShouldAllBe(line => line.Contains("it has no DNS name silo.graincast"));
        await pretender.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost Pretender(GraincastOptions options, TlsCertificates certificates)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, options.SiloPort));
            new SiloEndpoints(options).Configure(silo);
            silo.UseTls(certificates);
        });
        return builder.Build();
    }

    private async Task MustNotBeServedAsync(string? tlsDirectory)
    {
        int served = cluster.Served.Count;

        await Should.ThrowAsync<ConnectionFailedException>(async () =>
        {
            using IHost client = await cluster.ConnectAsync(tlsDirectory);
            await client.Services.GetRequiredService<IGrainFactory>().GetGrain<ICountingGrain>(0).PassAsync([]);
        });

        cluster.Served.Count.ShouldBe(served);
    }

    private IPEndPoint At(Port port) => port == Port.Silo ? cluster.SiloPort() : cluster.GatewayPort();

    private TestAuthority.Issued? Certificate(Peer peer)
    {
        switch (peer)
        {
            case Peer.OfAnotherCa:
                using (var other = new TestAuthority())
                {
                    return other.Silo();
                }

            case Peer.Expired: return cluster.Authority.Expired();
            case Peer.NotYetValid: return cluster.Authority.NotYetValid();
            case Peer.ServerOnly: return cluster.Authority.ServerOnly();
            case Peer.NoSignatures: return cluster.Authority.NoSignatures();
            case Peer.MadeByAClient: return cluster.Authority.ByClient();
            case Peer.Client: return cluster.Authority.Client();
            case Peer.Silo: return cluster.Authority.Silo();
            default: return null;
        }
    }
}
