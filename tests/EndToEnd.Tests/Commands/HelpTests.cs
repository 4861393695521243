using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("up", "--data", "--port", "--workers")]
    [InlineData("down", "--data")]
    [InlineData("status", "--data")]
    [InlineData("demo", "--data", "--workers")]
    [InlineData("psql", "--data", "--node")]
    [InlineData("install", "--connection", "--silo-role")]
    [InlineData("serve", "--config", "--socket", "--cluster-connection", "GRAINCAST__MAXCONNECTIONS")]
    public async Task Help_of_a_command_names_its_options(string command, params string[] options)
    {
        var help = await Cli.GraincastAsync(command, "--help");

        help.ExitCode.ShouldBe(0, help.ToString());
        foreach (var option in options)
        {
            help.Output.ShouldContain(option);
        }
    }

    [Fact]
    public async Task Help_lists_the_commands_for_users_and_hides_the_internal_one()
    {
        var help = await Cli.GraincastAsync("--help");

        help.ExitCode.ShouldBe(0);
        foreach (var command in new[] { "up", "down", "status", "demo", "psql", "install", "serve" })
        {
            help.Output.ShouldContain($"  {command} ");
        }
        help.Output.ShouldNotContain("train-worker");
    }

    [Theory]
    [InlineData("upp")]
    [InlineData("up", "--prot", "5432")]
    [InlineData("up", "--port", "many")]
    [InlineData("up", "--port", "70000")]
    [InlineData("psql", "--node", "-1")]
    [InlineData("install")]
    [InlineData("serve", "--max-connections", "many")]
    [InlineData("serve", "--config", "/nowhere/silo.json")]
    public async Task A_command_line_that_makes_no_sense_ends_with_2_and_one_reason(params string[] arguments)
    {
        var result = await Cli.GraincastAsync(arguments);

        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldNotBeEmpty();
        result.ToString().ShouldNotContain("   at ");
    }
}
