using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>A cluster that is up, seen from the command line.</summary>
[Collection(ClusterCollection.Name)]
public sealed class UpWorkersTests(GraincastCluster cluster)
{
    [Fact]
    public void The_silo_of_each_node_answers_and_knows_its_node()
    {
        Citus.Require();

        foreach (var node in cluster.Nodes)
        {
            using var silo = new SiloClient(cluster.SiloSocket(node));
            silo.Welcome.Node.ShouldBe($"{node}");
        }
    }

    [Fact]
    public async Task All_silos_are_members_of_one_Orleans_cluster()
    {
        Citus.Require();

        (await cluster.ScalarAsync<string>("SELECT string_agg(siloname, ' ' ORDER BY siloname) FROM graincast.members WHERE status = 3")).ShouldBe("node-0 node-1 node-2");
    }

    [Fact]
    public async Task Rows_lie_at_the_workers_and_an_ordinary_role_reads_them_through_any_node()
    {
        Citus.Require();
        await using var alice = await cluster.ConnectAsAsync("alice");
        await cluster.ExecuteAsync("CREATE TABLE spread (id bigint PRIMARY KEY)");
        await cluster.ExecuteAsync("SELECT create_distributed_table('spread', 'id')");
        await cluster.ExecuteAsync("INSERT INTO spread SELECT generate_series(1, 1000); GRANT SELECT ON spread TO alice");

        var ports = await cluster.ScalarAsync<string>("SELECT string_agg(DISTINCT port, ' ' ORDER BY port) FROM (SELECT current_setting('port') AS port, count(*) FROM spread GROUP BY 1) AS placed");

        ports.Split(' ').ShouldBe(new[] { $"{cluster.Port(1)}", $"{cluster.Port(2)}" }.Order(StringComparer.Ordinal));
        foreach (var node in cluster.Nodes)
        {
            await using var source = await cluster.ConnectAsAsync("alice", node);
            await using var count = source.CreateCommand("SELECT count(*) FROM spread");
            (await count.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(1000L);
        }
        await cluster.ExecuteAsync("DROP TABLE spread");
    }

    [Fact]
    public async Task A_shard_moves_from_one_worker_to_the_other_by_logical_replication()
    {
        Citus.Require();
        await cluster.ExecuteAsync("CREATE TABLE moving (id bigint PRIMARY KEY)");
        await cluster.ExecuteAsync("SELECT create_distributed_table('moving', 'id', shard_count => 2)");
        await cluster.ExecuteAsync("INSERT INTO moving SELECT generate_series(1, 1000)");

        await cluster.ExecuteAsync($"""
            SELECT citus_move_shard_placement(shardid, '127.0.0.1', {cluster.Port(1)}, '127.0.0.1', {cluster.Port(2)}, 'force_logical')
            FROM citus_shards WHERE table_name = 'moving'::regclass AND nodeport = {cluster.Port(1)}
            """);

        (await cluster.ScalarAsync<string>("SELECT string_agg(DISTINCT current_setting('port'), ' ') FROM moving")).ShouldBe($"{cluster.Port(2)}");
        (await cluster.ScalarAsync<long>("SELECT count(*) FROM moving")).ShouldBe(1000);
        await cluster.ExecuteAsync("DROP TABLE moving");
    }

    [Fact]
    public async Task A_second_up_changes_nothing_and_takes_less_than_two_seconds()
    {
        Citus.Require();
        var before = cluster.Nodes.Select(cluster.SiloPid).ToArray();

        var again = await Cli.GraincastAsync("up", "--data", cluster.Data, "--workers", $"{cluster.Workers}");

        again.ExitCode.ShouldBe(0, again.ToString());
        again.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(2));
        again.Output.ShouldNotContain("Starting");
        again.Output.ShouldNotContain("Adding");
        foreach (var node in cluster.Nodes)
        {
            again.Output.ShouldContain($"127.0.0.1:{cluster.Port(node)}");
        }
        cluster.Nodes.Select(cluster.SiloPid).ShouldBe(before);
    }

    [Fact]
    public async Task Status_has_a_line_for_each_node()
    {
        Citus.Require();

        var status = await Cli.GraincastAsync("status", "--data", cluster.Data);

        status.ExitCode.ShouldBe(0, status.ToString());
        foreach (var node in cluster.Nodes)
        {
            status.Output.Split('\n').ShouldContain(line => line.StartsWith($"{node} ") && line.Contains($" {cluster.Port(node)} ") && line.Contains($" {cluster.SiloPid(node)} "));
        }
    }

    [Fact]
    public async Task Psql_opens_the_node_that_is_asked_for()
    {
        Citus.Require();

        var worker = await Cli.GraincastAsync("psql", "--data", cluster.Data, "--node", "2", "--", "-XAtc", "SELECT groupid FROM pg_dist_local_group");
        var none = await Cli.GraincastAsync("psql", "--data", cluster.Data, "--node", "3");

        worker.Output.Trim().ShouldBe("2", worker.ToString());
        none.ExitCode.ShouldBe(1);
        none.Error.ShouldContain("There is no node 3");
        none.Error.ShouldContain("hint: Its nodes are 0 to 2");
    }

    [Fact]
    public async Task Fewer_workers_are_refused()
    {
        Citus.Require();

        var fewer = await Cli.GraincastAsync("up", "--data", cluster.Data, "--workers", "1");

        fewer.ExitCode.ShouldBe(1, fewer.ToString());
        fewer.Error.ShouldContain("has 2 workers");
        fewer.Error.ShouldContain("hint: Leave --workers out");
    }

    [Fact]
    public async Task Without_the_nodes_key_a_role_needs_its_password_on_every_node()
    {
        Citus.Require();
        await using var alice = await cluster.ConnectAsAsync("alice");
        foreach (var node in cluster.Nodes)
        {
            // A client that knows of no certificates: the password lets it in, after TLS was tried.
            var ordinary = new NpgsqlConnectionStringBuilder(cluster.ConnectionString("alice", node).ConnectionString) { SslMode = SslMode.Prefer, Pooling = false };
            await OpenAsync(ordinary);

            ordinary.Password = "wrong";
            (await Should.ThrowAsync<PostgresException>(() => OpenAsync(ordinary))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
            ordinary.SslMode = SslMode.Require;
            (await Should.ThrowAsync<PostgresException>(() => OpenAsync(ordinary))).SqlState.ShouldBe(PostgresErrorCodes.InvalidAuthorizationSpecification);
            ordinary.Username = "postgres";
            (await Should.ThrowAsync<PostgresException>(() => OpenAsync(ordinary))).SqlState.ShouldBe(PostgresErrorCodes.InvalidAuthorizationSpecification);
        }
    }

    [Fact]
    public async Task Another_users_process_cannot_read_the_nodes_key()
    {
        Citus.Require();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become another user.");
        var key = Path.Combine(cluster.Data, "tls", "nodes.pem");

        var read = await Cli.RunAsync(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", key]);

        read.ExitCode.ShouldBe(1);
        read.Error.ShouldContain("Permission denied");
        File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_certificate_about_to_expire_is_replaced_and_the_nodes_go_on_talking()
    {
        Citus.Require();
        var path = Path.Combine(cluster.Data, "tls", "nodes.pem");
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=old", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var old = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(path, old.ExportCertificatePem(), TestContext.Current.CancellationToken);

        await Cli.MustSucceedAsync("up", "--data", cluster.Data);

        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var renewed = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        renewed.NotAfter.ShouldBeGreaterThan(DateTime.Now.AddYears(5));
        // Servers read the files when their postmaster gets to it.
        await Wait.UntilAsync("new connections between all nodes succeed", async () =>
        {
            await using var session = await Session.OpenAsync(cluster);
            return await session.ScalarAsync<long>("SELECT count(*) FROM citus_check_cluster_node_health() WHERE result") == cluster.Nodes.Count() * cluster.Nodes.Count();
        });
    }

    private static async Task OpenAsync(NpgsqlConnectionStringBuilder options)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
    }
}
