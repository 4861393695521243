using System.Net;
using Graincast.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Shouldly;
using Xunit;

namespace Graincast.Hosting;

public sealed class SiloEndpointsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-endpoints-").FullName;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Without_TLS_only_loopback_is_listened_on_and_the_log_says_so()
    {
        EndpointOptions endpoints = Configured(new GraincastOptions(), out LogLines log);

        MustListenOnLoopback(endpoints);
        log.Find("").Single().ShouldBe("Information: No TLS, so only this machine can connect: silos at 127.0.0.1:11111, clients at 127.0.0.1:30000. GRAINCAST__TLSDIRECTORY turns TLS on");
    }

    [Theory, InlineData("192.0.2.7", "0.0.0.0"), InlineData("2001:db8::7", "::")]
    public void With_TLS_and_an_address_others_can_connect(string address, string listens)
    {
        EndpointOptions endpoints = Configured(new GraincastOptions { TlsDirectory = Good(), AdvertisedAddress = address }, out LogLines log);

        (endpoints.AdvertisedIPAddress, endpoints.SiloListeningEndpoint, endpoints.GatewayListeningEndpoint)
            .ShouldBe((IPAddress.Parse(address), new IPEndPoint(IPAddress.Parse(listens), 11111), new IPEndPoint(IPAddress.Parse(listens), 30000)));
        log.Find("").Single().ShouldStartWith($"Information: TLS by {_folder}: silos at {new IPEndPoint(IPAddress.Parse(address), 11111)}, clients at ");
    }

    [Fact]
    public void With_TLS_and_no_address_only_loopback_is_listened_on() =>
        MustListenOnLoopback(Configured(new GraincastOptions { TlsDirectory = Good() }, out _));

    [Theory]
    [InlineData("192.0.2.7", "option TlsDirectory", "GRAINCAST__TLSDIRECTORY")]
    [InlineData("0.0.0.0", "option AdvertisedAddress", "GRAINCAST__ADVERTISEDADDRESS")]
    [InlineData("::", "option AdvertisedAddress", "GRAINCAST__ADVERTISEDADDRESS")]
    [InlineData("db.example", "option AdvertisedAddress", "GRAINCAST__ADVERTISEDADDRESS")]
    public void An_address_that_cannot_be_used_is_refused_by_the_variable_to_set(string address, string message, string hint)
    {
        var options = new GraincastOptions { DataDirectory = "/tmp", Socket = "/tmp/socket", Connection = "Database=app", AdvertisedAddress = address };

        var error = Should.Throw<GraincastException>(() => GraincastOptionsValidator.Check(options));

        error.SqlState.ShouldBe(SqlState.InvalidParameter);
        error.Message.ShouldContain(message);
        error.Hint.ShouldContain(hint);
    }

    [Theory]
    [InlineData("", "there is no such folder")]
    [InlineData("ca.pem", "there is no such file")]
    [InlineData("cert.pem", "there is no such file")]
    [InlineData("key.pem", "there is no such file")]
    public void A_folder_or_file_that_is_missing_is_named(string name, string reason)
    {
        Good();
        string missing = Path.Combine(_folder, name);
        if (name.Length == 0)
        {
            Directory.Delete(_folder, recursive: true);
            missing = _folder;
        }

        File.Delete(missing);

        MustRefuse(name.Length == 0 ? _folder : missing, reason);
        Directory.CreateDirectory(_folder);
    }

    [Theory, InlineData("ca.pem"), InlineData("cert.pem")]
    public void A_file_without_a_certificate_is_named(string name)
    {
        Good();
        File.WriteAllText(Path.Combine(_folder, name), "nothing\n");

        MustRefuse(Path.Combine(_folder, name), "there is no certificate in it");
    }

    [Theory, InlineData("ca.pem"), InlineData("cert.pem")]
    public void A_file_with_a_broken_certificate_is_named(string name)
    {
        Good();
        File.WriteAllText(Path.Combine(_folder, name), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        MustRefuse(Path.Combine(_folder, name), "it is no PEM of certificates");
    }

    [Fact]
    public void A_key_of_another_certificate_is_named()
    {
        Good();
        File.WriteAllText(Path.Combine(_folder, "key.pem"), _authority.Silo().Key);

        MustRefuse(Path.Combine(_folder, "key.pem"), "it is not the key");
    }

    [Fact]
    public void A_certificate_that_other_silos_would_refuse_ends_the_start()
    {
        using var other = new TestAuthority("another CA");
        _authority.Client().WriteTo(_folder, _authority.Pem);
        MustRefuse(Path.Combine(_folder, "cert.pem"), "it has no DNS name silo.graincast");
        _authority.Expired().WriteTo(_folder, _authority.Pem);
        MustRefuse(Path.Combine(_folder, "cert.pem"), "has expired");
        _authority.ServerOnly().WriteTo(_folder, _authority.Pem);
        MustRefuse(Path.Combine(_folder, "cert.pem"), "extended key usage");
        _authority.Silo().WriteTo(_folder, other.Pem);
        MustRefuse(Path.Combine(_folder, "cert.pem"), "no CA in ca.pem vouches for it");
    }

    [Theory, InlineData("/no/such/folder"), InlineData("")]
    public void A_client_with_a_folder_that_cannot_be_used_does_not_start(string folder)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client => client.UseLocalhostClustering().UseTls(folder));

        var error = Should.Throw<GraincastException>(() =>
        {
            using IHost host = builder.Build();
            host.Start();
        });

        error.Message.ShouldStartWith($"option TlsDirectory: {(folder.Length == 0 ? "\"\"" : folder)} cannot be used");
    }

    // Orleans listens where it is, if it is told nothing else.
    private static void MustListenOnLoopback(EndpointOptions endpoints) =>
        (endpoints.AdvertisedIPAddress, endpoints.SiloListeningEndpoint, endpoints.GatewayListeningEndpoint).ShouldBe((IPAddress.Loopback, null, null));

    private string Good() => _authority.Silo().WriteTo(_folder, _authority.Pem);

    private void MustRefuse(string path, string reason)
    {
        var error = Should.Throw<GraincastException>(() => new SiloEndpoints(new GraincastOptions { TlsDirectory = _folder }));
        error.SqlState.ShouldBe(SqlState.InvalidParameter);
        error.Message.ShouldStartWith($"option TlsDirectory: {path} cannot be used");
        error.Message.ShouldContain(reason);
        error.Hint.ShouldContain("GRAINCAST__TLSDIRECTORY");
    }

    private static EndpointOptions Configured(GraincastOptions options, out LogLines log)
    {
        var endpoints = new SiloEndpoints(options);
        log = new LogLines();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(log);
        builder.UseOrleans(silo => endpoints.Configure(silo));
        using IHost host = builder.Build();
        endpoints.LogStart(host.Services.GetRequiredService<ILogger<SiloEndpoints>>());
        return host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
    }
}
