using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary><c>graincast install</c> on Citus: the catalog is on every node, Orleans' tables are on the coordinator.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CatalogTests(GraincastCluster cluster)
{
    /// <summary>Tables and their copies: a trigger for changes and one for TRUNCATE on four tables, eight foreign keys. Views, and those that are not for all.</summary>
    private const string State = """
        SELECT concat_ws(' ',
            (SELECT string_agg(DISTINCT tgenabled::text, '') || count(*) FROM pg_trigger WHERE tgname LIKE 'catalog%'),
            (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'pgml'::regnamespace),
            (SELECT count(*) FILTER (WHERE relname IN ('overview', 'trained_models', 'deployed_models')) FROM pg_class WHERE relnamespace = 'pgml'::regnamespace),
            (SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'pgml'::regnamespace AND NOT has_table_privilege('public_reader', oid, 'SELECT')),
            (SELECT count(*) FROM pg_extension WHERE extname = 'graincast'))
        """;

    private const string Complete = "A16 16 3 0 1";

    [Fact]
    public async Task Every_node_has_tables_triggers_foreign_keys_views_and_grants()
    {
        Servers.Citus.Require();
        await using var anyone = await cluster.ConnectAsAsync("public_reader");

        (await cluster.ScalarAsync<string>("SELECT string_agg(concat(logicalrelid, partmethod, repmodel), ' ' ORDER BY logicalrelid::text) FROM pg_dist_partition WHERE logicalrelid::text LIKE 'pgml.%'"))
            .ShouldBe("pgml.deploymentsnt pgml.filesnt pgml.modelsnt pgml.projectsnt pgml.runsnt pgml.snapshotsnt pgml.sourcesnt");
        foreach (var node in cluster.Nodes)
        {
            (await cluster.ScalarAsync<string>(State, node)).ShouldBe(Complete, $"node {node}");
            await using var reader = await Session.OpenAsync(cluster, "public_reader", node);
            await reader.ScalarAsync<long>("SELECT (SELECT count(*) FROM pgml.overview) + (SELECT count(*) FROM pgml.trained_models) + (SELECT count(*) FROM pgml.runs)");
            (await reader.FailAsync("SELECT count(*) FROM pgml.files")).SqlState.ShouldBe(SqlState.InsufficientPrivilege);
            (await reader.FailAsync("DELETE FROM pgml.deployments")).SqlState.ShouldBe(SqlState.InsufficientPrivilege);
            (await cluster.ScalarAsync<bool>("SELECT has_table_privilege('graincast', 'pgml.files', 'SELECT') AND rolcanlogin AND NOT rolsuper FROM pg_roles WHERE rolname = 'graincast'", node)).ShouldBeTrue();
            (await cluster.ScalarAsync<bool>("SELECT to_regclass('graincast.members') IS NOT NULL", node)).ShouldBe(node == 0);
            (await cluster.ScalarAsync<bool>("SELECT to_regclass('pgml.schema_versions') IS NOT NULL", node)).ShouldBe(node == 0);
        }
    }

    [Fact]
    public async Task Installing_again_changes_nothing_and_a_worker_refuses_by_the_name_of_the_coordinator()
    {
        Servers.Citus.Require();

        (await InstallAsync(0, "graincast")).Output.Trim().ShouldBe("The database is already at this version.");
        var refused = await Cli.GraincastAsync("install", "--connection", Connection(1, "graincast"));

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("is a worker of Citus");
        refused.Error.ShouldContain($"on the coordinator, 127.0.0.1:{cluster.Port()}");
    }

    [Fact]
    public async Task A_database_of_before_Citus_and_a_worker_of_after_it_are_brought_up_by_installing_again()
    {
        Servers.Citus.Require();
        await using var anyone = await cluster.ConnectAsAsync("public_reader");
        foreach (var node in cluster.Nodes)
        {
            await cluster.ExecuteAsync("CREATE DATABASE later", node);
        }
        await InstallAsync(0, "later");
        await AskAsync(0, "INSERT INTO pgml.projects (name, task, owner) VALUES ('early', 'regression', 'postgres') RETURNING name");
        foreach (var node in cluster.Nodes)
        {
            await AskAsync(node, "CREATE EXTENSION citus");
        }
        await AskAsync(0, $"SELECT citus_set_coordinator_host('127.0.0.1', {cluster.Port()})");
        await AddNodeAsync(1);

        var both = await Task.WhenAll(InstallAsync(0, "later"), InstallAsync(0, "later"));
        both.Sum(result => result.Output.Split("ran create_reference_table").Length - 1).ShouldBe(7);
        (await AskAsync(1, State)).ShouldBe(Complete);
        await AddNodeAsync(2);
        (await InstallAsync(0, "later")).Output.Trim().ShouldBe("The database is already at this version.");

        foreach (var node in cluster.Nodes)
        {
            (await AskAsync(node, State)).ShouldBe(Complete, $"node {node}");
            (await AskAsync(node, "SELECT string_agg(name, ',') FROM pgml.projects")).ShouldBe("early");
        }
        (await AskAsync(0, "SELECT string_agg(DISTINCT c::text, ',') FROM (SELECT count(*) c FROM pg_dist_placement JOIN pg_dist_shard USING (shardid) WHERE logicalrelid::text LIKE 'pgml.%' GROUP BY shardid) copies"))
            .ShouldBe("3");
    }

    private Task AddNodeAsync(int node) => AskAsync(0, $"SELECT citus_add_node('127.0.0.1', {cluster.Port(node)}, groupid => {node})");

    private Task<Cli.Result> InstallAsync(int node, string database) => Cli.MustSucceedAsync("install", "--connection", Connection(node, database));

    private string Connection(int node, string database)
    {
        var connection = cluster.ConnectionString(node: node);
        (connection.Database, connection.Pooling) = (database, false);
        return connection.ConnectionString;
    }

    private async Task<string?> AskAsync(int node, string sql)
    {
        await using var connection = new NpgsqlConnection(Connection(node, "later"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }
}
