using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

public sealed class OrdinaryUserTests
{
    [Fact]
    public async Task An_ordinary_user_brings_a_server_up_and_down()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Every other test already runs as an ordinary user.");
        await using var directory = new TestDirectory();
        var user = $"gc{Guid.NewGuid():N}"[..10];
        (await Cli.RunAsync(["useradd", "--create-home", "--home-dir", Path.Combine(directory.Path, "home"), user])).ExitCode.ShouldBe(0);
        // The checkout may be closed to that user.
        var bin = Path.Combine(directory.Path, "bin");
        (await Cli.RunAsync(["cp", "-r", Path.Combine(Cli.Repository, "bin", "app"), Cli.Launcher, "--target-directory", Directory.CreateDirectory(bin).FullName])).ExitCode.ShouldBe(0);
        (await Cli.RunAsync(["chmod", "-R", "a+rX", bin])).ExitCode.ShouldBe(0);
        Task<Cli.Result> GraincastAsync(params string[] arguments) =>
            Cli.RunAsync(["runuser", "-u", user, "--", "env", $"HOME={Path.Combine(directory.Path, "home")}", Path.Combine(bin, "graincast"), .. arguments]);
        try
        {
            var up = await GraincastAsync("up");
            up.ExitCode.ShouldBe(0, up.ToString());
            up.Output.ShouldContain(Path.Combine(directory.Path, "home", ".local", "share", "graincast"));
            (await GraincastAsync("psql", "--", "-XAtc", "SELECT pgml.version()")).ExitCode.ShouldBe(0);
            (await GraincastAsync("status")).ExitCode.ShouldBe(0);
            var down = await GraincastAsync("down");
            down.ExitCode.ShouldBe(0, down.ToString());
            (await GraincastAsync("status")).ExitCode.ShouldBe(3);
        }
        finally
        {
            await GraincastAsync("down");
            await Cli.RunAsync(["userdel", user]);
        }
    }
}
