using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>The life of an embedded server, seen from the command line.</summary>
public sealed class UpTests(GraincastServer shared)
{
    private const char Escape = '\u001b';

    [Fact]
    public async Task A_second_up_changes_nothing_and_takes_less_than_two_seconds()
    {
        var before = shared.SiloPid;

        var again = await Cli.GraincastAsync("up", "--data", shared.Data);

        again.ExitCode.ShouldBe(0, again.ToString());
        again.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(2));
        again.Output.ShouldNotContain("Starting");
        shared.SiloPid.ShouldBe(before);
    }

    [Fact]
    public async Task Status_of_a_running_server_names_pid_and_port_and_ends_with_0()
    {
        var status = await Cli.GraincastAsync("status", "--data", shared.Data);

        status.ExitCode.ShouldBe(0, status.ToString());
        status.Output.ShouldContain($"{shared.Port}");
        status.Output.ShouldContain($"{shared.SiloPid}");
        status.Output.ShouldNotContain(Escape);
    }

    [Fact]
    public async Task Status_without_a_server_ends_with_3()
    {
        await using var directory = new TestDirectory();

        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Down_without_a_server_succeeds()
    {
        await using var directory = new TestDirectory();

        var down = await Cli.GraincastAsync("down", "--data", directory.Data);

        down.ExitCode.ShouldBe(0, down.ToString());
        down.Output.ShouldContain("Nothing ran");
    }

    [Fact]
    public async Task Another_port_is_refused_while_the_server_runs()
    {
        var result = await Cli.GraincastAsync("up", "--data", shared.Data, "--port", shared.Port == 65000 ? "65001" : "65000");

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain($"already runs, on port {shared.Port}");
        result.Error.ShouldContain("hint: Run `graincast down");
    }

    [Fact]
    public async Task Psql_passes_on_arguments_output_and_exit_code()
    {
        var answer = await Cli.GraincastAsync("psql", "--data", shared.Data, "--", "-XAtc", "SELECT current_user, current_database()");
        var failure = await Cli.GraincastAsync("psql", "--data", shared.Data, "--", "-X", "-v", "ON_ERROR_STOP=1", "-f", "/nowhere.sql");
        var asSilo = await Cli.GraincastAsync("psql", "--data", shared.Data, "--", "-XAt", "-U", "graincast", "-c", "SELECT current_user");

        answer.Output.Trim().ShouldBe("postgres|graincast", answer.ToString());
        failure.ExitCode.ShouldBe(1);
        asSilo.Output.Trim().ShouldBe("graincast", asSilo.ToString());
    }

    [Fact]
    public async Task A_server_goes_up_loses_its_silo_comes_back_takes_a_new_library_and_goes_down_without_remains()
    {
        await using var directory = new TestDirectory();
        var up = await Cli.GraincastAsync("up", "--data", directory.Data);
        up.ExitCode.ShouldBe(0, up.ToString());
        up.Output.ShouldNotContain(Escape);
        var pidFile = Path.Combine(directory.Data, "nodes", "0", "silo.pid");
        var first = int.Parse((await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken)).Split(' ')[0]);

        System.Diagnostics.Process.GetProcessById(first).Kill();
        await Wait.UntilAsync("the killed silo is gone", () => !Processes.IsAlive(first));
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(3);
        var back = await Cli.GraincastAsync("up", "--data", directory.Data);
        back.ExitCode.ShouldBe(0, back.ToString());
        back.Output.ShouldContain("Starting the silo");
        back.Output.ShouldNotContain("Starting Postgres");
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(0);

        await ReplaceLibraryAsync(directory.Data);
        var refreshed = await Cli.GraincastAsync("up", "--data", directory.Data);
        refreshed.ExitCode.ShouldBe(0, refreshed.ToString());
        refreshed.Output.ShouldContain("Restarting Postgres: it loads the extension when it starts");
        (await Cli.GraincastAsync("up", "--data", directory.Data)).Output.ShouldNotContain("Postgres:");

        var down = await Cli.GraincastAsync("down", "--data", directory.Data);
        down.ExitCode.ShouldBe(0, down.ToString());
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(3);
        Processes.In(directory.Data).ShouldBeEmpty();
    }

    /// <summary>As if the app had been built anew since it was copied into <paramref name="data"/>.</summary>
    private static async Task ReplaceLibraryAsync(string data)
    {
        var library = Directory.EnumerateFiles(Path.Combine(data, "server"), "graincast.so", SearchOption.AllDirectories).Single();
        var other = library + ".other";
        File.Copy(library, other);
        // What follows a library's sections is not read.
        await File.AppendAllTextAsync(other, "changed", TestContext.Current.CancellationToken);
        File.Move(other, library, overwrite: true);
        var stamp = Path.Combine(data, "server", "extension.stamp");
        await File.WriteAllTextAsync(stamp, "of another build", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Root_runs_nothing_as_root()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root's server runs as another user.");

        var owners = await Task.WhenAll(Processes.In(shared.Data).Select(pid => Cli.RunAsync(["stat", "--format=%U", $"/proc/{pid}"])));

        owners.ShouldNotBeEmpty();
        owners.ShouldAllBe(owner => owner.Output.Trim() == "postgres" || owner.Output.Trim() == "");
    }
}
