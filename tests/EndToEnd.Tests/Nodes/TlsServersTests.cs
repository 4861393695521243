using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Graincast.Client;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Nodes;

public sealed class TlsServersTests(TlsServers nodes) : IClassFixture<TlsServers>
{
    [Fact]
    public async Task Silos_form_a_cluster_over_TLS_and_train_one_model()
    {
        using var run = await nodes.BeginAsync("linear", "{}", 300, 200);
        run.Fit();

        var fitted = run.Silo.Receive<Fitted>();

        (fitted.Rows, fitted.Nodes).ShouldBe((500, 2u));
        foreach (var (node, server) in nodes.Servers.Index())
        {
            (await File.ReadAllTextAsync(server.SiloLog, TestContext.Current.CancellationToken))
                .ShouldContain($"TLS by {nodes.CertificatesOf(node)}: silos at {TlsServers.Address}:{PortOf(node, "SiloPort")}, clients at {TlsServers.Address}:{PortOf(node, "GatewayPort")}");
        }
    }

    [Fact]
    public async Task A_client_with_a_certificate_predicts_and_one_without_reaches_no_silo()
    {
        var server = nodes.Servers[0];
        await using (var train = server.Superuser.CreateCommand("""
            CREATE VIEW line AS SELECT i::real AS x, (2 * i + 1)::real AS y FROM generate_series(1, 100) AS i;
            SELECT pgml.train('line', 'regression', 'line', 'y', 'linear');
            """))
        {
            await train.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using (var client = await RunningClient.StartAsync(server.ConnectionString(), options =>
        {
            options.TlsDirectory = nodes.ClientCertificates;
            // The other server's database has no such project.
            options.UseGateways(new IPEndPoint(TlsServers.Address, PortOf(0, "GatewayPort")));
        }))
        {
            (await client.Project("line").PredictAsync([500], TestContext.Current.CancellationToken)).ShouldBe(1001, 1e-2f);
        }

        await Should.ThrowAsync<Exception>(() => RunningClient.StartAsync(server.ConnectionString(), options => options.ConnectTimeout = TimeSpan.FromSeconds(2)));
    }

    [Theory, InlineData("SiloPort"), InlineData("GatewayPort")]
    public async Task What_is_no_TLS_is_hung_up_on(string port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(TlsServers.Address, PortOf(0, port), TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(new byte[] { 16, 0, 0, 0, 0, 0, 0, 0 }, TestContext.Current.CancellationToken);

        (await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken)).ShouldBe(0);
    }

    private int PortOf(int node, string name)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(nodes.Servers[node].Data, "nodes", "0", "silo.json")));
        return config.RootElement.GetProperty("Graincast").GetProperty(name).GetInt32();
    }
}
