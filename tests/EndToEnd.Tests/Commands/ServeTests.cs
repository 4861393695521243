using System.Text.Json;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>What a silo asks before it joins.</summary>
public sealed class ServeTests(GraincastServer shared)
{
    [Fact]
    public async Task A_second_silo_at_a_node_is_refused_and_hears_where_the_first_is()
    {
        await using var directory = new TestDirectory();
        using var first = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(shared.Data, "nodes", "0", "silo.json"), TestContext.Current.CancellationToken));
        var options = first.RootElement.GetProperty("Graincast");

        var second = await Cli.GraincastAsync(
            "serve", "--data-directory", directory.Path, "--socket", Path.Combine(directory.Path, "g.sock"), "--silo-port", "0", "--gateway-port", "0",
            "--connection", options.GetProperty("Connection").GetString()!);

        second.ExitCode.ShouldBe(1, second.ToString());
        second.Error.ShouldContain($"another silo, at 127.0.0.1:{options.GetProperty("SiloPort").GetInt32()}, serves node 0");
        second.Error.ShouldContain("hint: Stop it");
    }

    [Fact]
    public async Task A_silo_that_cannot_ask_its_Postgres_which_node_it_is_says_so()
    {
        await using var directory = new TestDirectory();

        var result = await Cli.GraincastAsync(
            "serve", "--data-directory", directory.Path, "--socket", Path.Combine(directory.Path, "g.sock"), "--connection", "Host=/nowhere;Database=shop;Username=graincast");

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("which node this is cannot be asked of the Postgres at /nowhere");
        result.Error.ShouldContain("GRAINCAST__NODE");
    }

    [Fact]
    public async Task A_silo_that_cannot_read_Orleans_tables_names_the_variable()
    {
        await using var directory = new TestDirectory();

        var result = await Cli.GraincastAsync(
            "serve", "--data-directory", directory.Path, "--socket", Path.Combine(directory.Path, "g.sock"), "--node", "0",
            "--connection", shared.ConnectionString().ConnectionString, "--cluster-connection", "Host=/nowhere;Database=shop;Username=graincast");

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("the database of Orleans' tables cannot be read");
        result.Error.ShouldContain("GRAINCAST__CLUSTERCONNECTION");
    }
}
