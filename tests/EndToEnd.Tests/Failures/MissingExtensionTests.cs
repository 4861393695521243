using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A server whose extension's files are gone.</summary>
[Collection(FailureCollection.Name)]
public sealed class MissingExtensionTests(GraincastServer server)
{
    [Fact]
    public async Task It_says_to_run_make_install()
    {
        await using var create = server.Superuser.CreateCommand("CREATE DATABASE without_extension");
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var connection = server.ConnectionString();
        (connection.Database, connection.Pooling) = ("without_extension", false);
        var control = Directory.EnumerateFiles(Path.Combine(server.Data, "server"), "graincast.control", SearchOption.AllDirectories).Single();
        File.Move(control, control + ".hidden");
        try
        {
            var result = await Cli.GraincastAsync("install", "--connection", connection.ConnectionString);

            result.ExitCode.ShouldBe(1, result.ToString());
            result.Error.ShouldContain("error: The extension graincast is not installed");
            result.Error.ShouldContain("hint: Run `make install");
        }
        finally
        {
            File.Move(control + ".hidden", control);
        }
    }
}
