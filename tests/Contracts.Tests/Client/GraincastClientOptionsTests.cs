using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Graincast.Client;

public sealed class GraincastClientOptionsTests
{
    private const string Connection = "Host=db;Database=app;Username=alice";

    public static TheoryData<string, Action<GraincastClientOptions>> Unusable => new()
    {
        { "ConnectionString", options => options.ConnectionString = "" },
        { "ConnectionString", options => options.ConnectionString = "Host=db" },
        { "ConnectionString", options => options.ConnectionString = "Hots=db;Database=app" },
        { "Database", options => WithGatewaysOnly(options).TokenProvider = _ => ValueTask.FromResult("token") },
        { "TokenProvider", options => WithGatewaysOnly(options).Database = "app" },
        { "ClusterId", options => options.ClusterId = "" },
        { "ServiceId", options => options.ServiceId = "" },
        { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero },
        { "ResponseTimeout", options => options.ResponseTimeout = TimeSpan.Zero },
        { "AttemptTimeout", options => options.AttemptTimeout = -TimeSpan.FromSeconds(2) },
        { "MaxRetryAttempts", options => options.MaxRetryAttempts = -1 },
        { "RetryDelay", options => options.RetryDelay = -TimeSpan.FromSeconds(2) },
        { "TokenLifetime", options => options.TokenLifetime = TimeSpan.FromDays(2) },
        { "TlsDirectory", options => options.TlsDirectory = "/no/such/folder" },
    };

    [Theory, MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_used_stops_the_start_and_is_named(string setting, Action<GraincastClientOptions> spoil)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddGraincastClient(options => spoil(options.UseAdoNetClustering(Connection)));
        using IHost host = builder.Build();
        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        error.Failures.ShouldHaveSingleItem().ShouldStartWith($"GraincastClientOptions.{setting} cannot be used. Set it to ");
    }

    [Fact]
    public void Orleans_looks_for_its_queries_in_the_schema_of_the_silos_first()
    {
        GatewayList.WithSearchPath(Connection).ShouldContain("Search Path=graincast;");
        GatewayList.WithSearchPath(Connection + ";Search Path=app").ShouldContain("Search Path=\"graincast, app\"", Case.Insensitive);
    }

    private static GraincastClientOptions WithGatewaysOnly(GraincastClientOptions options)
    {
        options.ConnectionString = "";
        return options.UseGateways(new IPEndPoint(IPAddress.Loopback, 30000));
    }
}
