using System.Net;
using System.Net.Sockets;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>The life of a cluster, seen from the command line: it grows, loses what it has, comes back and ends.</summary>
public sealed class WorkersLifeTests
{
    [Fact]
    public async Task A_Postgres_alone_becomes_a_cluster_that_grows_comes_back_and_goes_down_without_remains()
    {
        Citus.Require();
        await using var directory = new TestDirectory();
        await Cli.MustSucceedAsync("up", "--data", directory.Data);
        await PsqlAsync(directory, 0, "CREATE ROLE team; CREATE ROLE carol LOGIN PASSWORD 'secret' IN ROLE team; CREATE TABLE kept AS SELECT 1 AS one");

        var one = await Cli.MustSucceedAsync("up", "--data", directory.Data, "--workers", "1");
        one.Output.ShouldContain("Restarting Postgres");
        (await PsqlAsync(directory, 1, "SELECT pg_has_role('carol', 'team', 'member'), pgml.version() IS NOT NULL FROM pg_authid WHERE rolname = 'carol' AND rolpassword IS NOT NULL")).ShouldBe("t|t");
        (await PsqlAsync(directory, 0, "SELECT one FROM kept")).ShouldBe("1");
        await PsqlAsync(directory, 0, "CREATE TABLE small (id int PRIMARY KEY); INSERT INTO small VALUES (7); SELECT create_reference_table('small')");

        var two = await Cli.MustSucceedAsync("up", "--data", directory.Data, "--workers", "2");
        two.Output.ShouldContain("Adding node 2");
        two.Output.ShouldNotContain("Stopping");
        (await PsqlAsync(directory, 2, "SELECT groupid, (SELECT id FROM small) FROM pg_dist_local_group")).ShouldBe("2|7");
        (await PsqlAsync(directory, 0, "SELECT count(*) FROM citus_shards WHERE table_name = 'small'::regclass")).ShouldBe("3");

        var killed = SiloPid(directory, 2);
        Signal.Send(killed, Signal.Kill);
        await Wait.UntilAsync("the killed silo is gone", () => !Processes.IsAlive(killed));
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(3);
        var back = await Cli.MustSucceedAsync("up", "--data", directory.Data);
        back.Output.ShouldContain("Starting the silo of node 2");
        back.Output.ShouldNotContain("Starting Postgres");

        await DownAsync(directory);
        using (Occupy(Port(directory, 0)))
        using (Occupy(Port(directory, 1)))
        {
            await Cli.MustSucceedAsync("up", "--data", directory.Data);
            (await PsqlAsync(directory, 2, "SELECT count(*) FROM citus_check_cluster_node_health() WHERE result")).ShouldBe("9", "ports that changed are known to all nodes");
        }
        await DownAsync(directory);
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Workers_without_Citus_are_refused_before_anything_is_made()
    {
        await using var directory = new TestDirectory();
        // The app as it would be, had it been built for a Postgres that has no Citus.
        var bin = Directory.CreateDirectory(Path.Combine(directory.Path, "bin")).FullName;
        (await Cli.RunAsync(["cp", "-r", Path.Combine(Cli.Repository, "bin", "app"), Cli.Launcher, "--target-directory", bin])).ExitCode.ShouldBe(0);
        var config = Path.Combine(bin, "app", "extension", "pg_config.txt");
        var lines = await File.ReadAllLinesAsync(config, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(config, lines.Select(line => line.StartsWith("SHAREDIR = ", StringComparison.Ordinal) ? $"SHAREDIR = {bin}/share" : line), TestContext.Current.CancellationToken);

        var up = await Cli.RunAsync([Path.Combine(bin, "graincast"), "up", "--data", directory.Data, "--workers", "2"]);

        up.ExitCode.ShouldBe(1, up.ToString());
        up.Error.ShouldContain($"Workers need the extension citus, and PostgreSQL");
        up.Error.ShouldContain($"no {bin}/share/extension/citus.control");
        up.Error.ShouldContain("hint: Install Citus for that Postgres, or leave --workers out");
        Directory.Exists(directory.Data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("17")]
    [InlineData("many")]
    public async Task A_number_of_workers_that_makes_no_sense_ends_with_2(string workers)
    {
        var result = await Cli.GraincastAsync("up", "--workers", workers);

        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldContain("--workers must be a number from 1 to 16");
    }

    private static async Task DownAsync(TestDirectory directory)
    {
        await Cli.MustSucceedAsync("down", "--data", directory.Data);
        Processes.In(directory.Data).ShouldBeEmpty();
    }

    private static async Task<string> PsqlAsync(TestDirectory directory, int node, string sql) =>
        (await Cli.MustSucceedAsync("psql", "--data", directory.Data, "--node", $"{node}", "--", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql)).Output.Trim();

    private static int SiloPid(TestDirectory directory, int node) => int.Parse(File.ReadAllText(Path.Combine(directory.Data, "nodes", $"{node}", "silo.pid")).Split(' ')[0]);

    private static int Port(TestDirectory directory, int node) => int.Parse(
        File.ReadLines(Path.Combine(directory.Data, node == 0 ? "postgres" : $"nodes/{node}/postgres", "graincast.conf")).Single(line => line.StartsWith("port = ", StringComparison.Ordinal))["port = ".Length..]);

    private static TcpListener Occupy(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
