using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Health;

/// <summary>What a silo says of itself over HTTP, and how it ends.</summary>
public sealed class HealthTests(GraincastServer server)
{
    [Fact]
    public async Task SIGTERM_ends_a_silo_with_exit_code_0_after_the_call_in_flight()
    {
        await using var rows = await Session.OpenAsync(server);
        await rows.ExecuteAsync("""
            CREATE SCHEMA drained;
            CREATE TABLE drained.rows (id int PRIMARY KEY, x real, y real);
            INSERT INTO drained.rows SELECT i, i, 2 * i FROM generate_series(1, 100) AS i;
            CREATE VIEW drained.learnt AS SELECT x, y FROM drained.rows;
            GRANT USAGE ON SCHEMA drained TO graincast;
            GRANT SELECT ON drained.rows TO graincast;
            SELECT pgml.train('drained', 'regression', 'drained.learnt', 'y');
            SELECT pgml.create_feature_source('drained', 'drained.rows')
            """);
        await using var silo = await ServingSilo.StartAsync(server);
        (await silo.WaitAsync("startup", 200)).ShouldContain("the silo is in its cluster");
        (await silo.WaitAsync("live", 200)).ShouldBe("silo: Healthy. the silo is not stopping\n");
        (await silo.WaitAsync("ready", 200)).ShouldContain("postgres: Healthy");
        using var backend = new SiloClient(silo.Socket);
        await rows.ExecuteAsync("BEGIN; LOCK TABLE drained.rows IN ACCESS EXCLUSIVE MODE");
        backend.Send(new PredictByKey("postgres", "drained", ["7"]));
        await Wait.UntilAsync("the row is waited for", () => rows.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'drained.rows'::regclass AND NOT granted)"));

        Signal.Send(silo.Pid, Signal.Terminate);

        await silo.WaitAsync("ready", 503, "the silo is stopping");
        await silo.WaitAsync("live", 503, "the silo is stopping");
        await rows.ExecuteAsync("ROLLBACK");
        backend.Receive<Predicted>().Value.ShouldBe(14, 0.1);
        (await silo.ExitCodeAsync()).ShouldBe(0);
        File.Exists(silo.Socket).ShouldBeFalse();
    }

    [Fact]
    public async Task Startup_waits_for_the_installation_and_ready_for_the_socket_and_Postgres()
    {
        await using var admin = await Session.OpenAsync(server);
        await admin.ExecuteAsync("CREATE DATABASE half_installed");
        var connection = server.ConnectionString();
        connection.Database = "half_installed";
        await Cli.MustSucceedAsync("install", "--connection", connection.ConnectionString);
        await Cli.RunAsync([Cli.Launcher, "psql", "--data", server.Data, "--", "-XAtc", @"\c half_installed", "-c", "DELETE FROM pgml.schema_versions WHERE scriptname LIKE '%0002_sources.sql'"]);
        await using var silo = await ServingSilo.StartAsync(server, "half_installed");

        (await silo.WaitAsync("startup", 503, "have not run")).ShouldBe("startup: Unhealthy. these scripts have not run: 0002_sources.sql; run graincast install\n");

        await silo.WaitAsync("ready", 200);
        await admin.ExecuteAsync("ALTER DATABASE half_installed ALLOW_CONNECTIONS false");
        await admin.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'half_installed'");
        (await silo.WaitAsync("ready", 503, "postgres: Unhealthy")).ShouldContain("gateway: Healthy");
        await admin.ExecuteAsync("ALTER DATABASE half_installed ALLOW_CONNECTIONS true");
        await silo.WaitAsync("ready", 200);
        File.Delete(silo.Socket);
        (await silo.WaitAsync("ready", 503, "gateway: Unhealthy")).ShouldContain(silo.Socket);
        (await silo.ProbeAsync("live")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_silo_that_shares_one_folder_with_Postgres_and_no_user_trains_and_predicts()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can run a silo as somebody else.");
        var run = Path.Combine(server.Data, "run");
        var postgres = (await Cli.RunAsync(["stat", "-c", "%u", run])).Output.Trim();
        var group = (await Cli.RunAsync(["stat", "-c", "%g", run])).Output.Trim();
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync("CREATE TABLE apart AS SELECT i::real AS x, 2 * i::real AS y FROM generate_series(1, 100) AS i");
        await using var silo = await ServingSilo.StartAsync(
            server, "graincast", ["setpriv", "--reuid", "1654", "--regid", "1654", "--groups", group, "--bounding-set=-all", "env", "HOME=/nonexistent"], "--postgres-user-id", postgres);
        await silo.WaitAsync("ready", 200);
        await session.ExecuteAsync($"SET graincast.socket = '{silo.Socket}'");

        await session.ExecuteAsync("SELECT pgml.train('apart', 'regression', 'apart', 'y')");

        (await session.ScalarAsync<float>("SELECT pgml.predict('apart', ARRAY[7]::real[])")).ShouldBe(14, 0.1);
        (await session.ScalarAsync<bool>("SELECT bool_and(shared) FROM pgml.stat_models")).ShouldBeTrue();
    }
}
