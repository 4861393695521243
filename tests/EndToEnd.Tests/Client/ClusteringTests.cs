using Graincast.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>A client beside a silo as it is served.</summary>
public sealed class ClusteringTests(GraincastServer server)
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_without_any_grant_finds_the_silo_through_the_database()
    {
        await server.ConnectAsAsync("passer-by");
        using IHost host = Client("passer-by");
        await host.StartAsync(Test);
        GraincastProject project = host.Services.GetRequiredService<GraincastClient>().Project("no such project");
        await Should.ThrowAsync<GraincastException>(() => project.PredictAsync([1f], Test));
        await host.StopAsync(Test);
    }

    [Fact]
    public async Task A_database_without_Graincast_is_named_with_what_to_do()
    {
        using IHost host = Client("postgres", database: "postgres");
        var error = await Should.ThrowAsync<GraincastException>(() => host.StartAsync(Test));
        error.SqlState.ShouldBe("42P01");
        (error.Message, error.Hint).ShouldSatisfyAllConditions(
            said => said.Message.ShouldContain("The database \"postgres\" at"),
            said => said.Hint.ShouldContain("graincast install"));
    }

    private IHost Client(string role, string database = "graincast")
    {
        var connection = server.ConnectionString(role);
        connection.Database = database;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddGraincastClient(options =>
        {
            options.UseAdoNetClustering(connection.ConnectionString);
            options.TokenProvider = _ => ValueTask.FromResult("rubbish");
        });
        return builder.Build();
    }
}
