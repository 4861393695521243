using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

public sealed class ErrorTests
{
    [Fact]
    public async Task A_path_too_long_for_a_socket_is_refused_before_anything_is_made()
    {
        await using var directory = new TestDirectory();
        var data = Path.Combine(directory.Path, new string('x', 100));

        var result = await Cli.GraincastAsync("up", "--data", data);

        ShouldFail(result, "bytes", "hint: Choose a shorter path");
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public async Task Psql_without_a_server_says_to_bring_one_up()
    {
        await using var directory = new TestDirectory();

        ShouldFail(await Cli.GraincastAsync("psql", "--data", directory.Data), directory.Data, "hint: Run `graincast up`");
    }

    [Theory]
    [InlineData("Hots=localhost;Database=shop", "not a connection string")]
    [InlineData("Username=postgres", "needs at least Host and Database")]
    [InlineData("Host=/nowhere;Database=shop;Username=postgres", "Postgres cannot be reached")]
    public async Task Install_says_what_is_wrong_with_the_connection(string connection, string reason) =>
        ShouldFail(await Cli.GraincastAsync("install", "--connection", connection), reason, "hint: ");

    [Fact]
    public async Task Serve_names_the_variable_of_an_option_that_cannot_be_used() =>
        ShouldFail(await Cli.GraincastAsync("serve", "--data-directory", "/tmp"), "Socket", "GRAINCAST__SOCKET");

    [Fact]
    public async Task Serve_refuses_a_setting_of_the_wrong_type_in_its_file()
    {
        await using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "silo.json");
        await File.WriteAllTextAsync(file, """{ "Graincast": { "MaxConnections": "many" } }""", TestContext.Current.CancellationToken);

        ShouldFail(await Cli.GraincastAsync("serve", "--config", file), "many", file);
    }

    [Fact]
    public async Task Up_on_a_port_in_use_names_the_port()
    {
        await using var directory = new TestDirectory();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        ShouldFail(await Cli.GraincastAsync("up", "--data", directory.Data, "--port", $"{port}"), $"Port {port} is in use", "hint: ");
    }

    private static void ShouldFail(Cli.Result result, params string[] parts)
    {
        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldStartWith("error: ");
        result.ToString().ShouldNotContain("   at ");
        foreach (var part in parts)
        {
            result.Error.ShouldContain(part);
        }
    }
}
