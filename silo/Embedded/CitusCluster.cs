using Npgsql;

namespace Graincast.Embedded;

/// <summary>Makes several running Postgres servers one Citus cluster, and keeps what Citus knows of them true.</summary>
internal sealed class CitusCluster(EmbeddedNode coordinator, IReadOnlyList<EmbeddedNode> workers, IProgress<string> progress)
{
    private const string Loopback = "127.0.0.1";

    // Citus copies the roles that it has on record to a worker that joins; those made before Citus, or in a database without it, are not.
    private const string RecordRoles = """
        INSERT INTO pg_catalog.pg_dist_object (classid, objid, objsubid)
        SELECT 'pg_catalog.pg_authid'::regclass, oid, 0 FROM pg_catalog.pg_roles WHERE oid >= 16384
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Lets the workers in that are not yet, and tells Citus of ports that changed.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        foreach (var node in workers.Prepend(coordinator))
        {
            await InstallCitusAsync(node, cancellation);
        }
        await using var connection = await OpenAsync(coordinator, cancellation);
        var known = await KnownNodesAsync(connection, cancellation);
        await FollowPortsAsync(connection, known, cancellation);
        foreach (var worker in workers.Where(worker => !known.ContainsKey(worker.Number)))
        {
            await ExecuteAsync(connection, RecordRoles, cancellation);
            progress.Report($"Adding {worker} to the cluster");
            await ExecuteAsync(connection, "SELECT citus_add_node($1, $2, groupid => $3)", cancellation, Loopback, Port(worker), worker.Number);
        }
        // Also for a worker whose copies were interrupted; looks and does nothing when there are all of them.
        await ExecuteAsync(connection, "SELECT replicate_reference_tables('block_writes')", cancellation);
    }

    private static async Task InstallCitusAsync(EmbeddedNode node, CancellationToken cancellation)
    {
        await node.Postgres.CreateDatabaseAsync(cancellation);
        await using var connection = await OpenAsync(node, cancellation);
        await ExecuteAsync(connection, "CREATE EXTENSION IF NOT EXISTS citus", cancellation);
        await ExecuteAsync(connection, "ALTER EXTENSION citus UPDATE", cancellation);
    }

    private async Task FollowPortsAsync(NpgsqlConnection connection, Dictionary<int, KnownNode> known, CancellationToken cancellation)
    {
        var moved = workers.Where(worker => known.TryGetValue(worker.Number, out var row) && row.Port != Port(worker)).ToList();
        foreach (var worker in moved)
        {
            await ExecuteAsync(connection, "SELECT citus_update_node($1, $2, $3)", cancellation, known[worker.Number].Id, Loopback, Port(worker));
        }
        if (moved.Count > 0 || known.Values.Any(row => !row.IsSynced))
        {
            // Else the maintenance daemon would tell the workers, seconds later, and until then they refuse changes.
            await ExecuteAsync(connection, "SELECT start_metadata_sync_to_all_nodes()", cancellation);
        }
        if (!known.TryGetValue(coordinator.Number, out var self) || self.Port != Port(coordinator))
        {
            await ExecuteAsync(connection, "SELECT citus_set_coordinator_host($1, $2)", cancellation, Loopback, Port(coordinator));
        }
    }

    /// <summary>By groupid.</summary>
    private static async Task<Dictionary<int, KnownNode>> KnownNodesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT groupid, nodeid, nodeport, metadatasynced FROM pg_dist_node WHERE noderole = 'primary'", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Dictionary<int, KnownNode> nodes = [];
        while (await reader.ReadAsync(cancellation))
        {
            nodes.Add(reader.GetInt32(0), new KnownNode(reader.GetInt32(1), reader.GetInt32(2), reader.GetBoolean(3)));
        }
        return nodes;
    }

    private static int Port(EmbeddedNode node) => node.Postgres.Port ?? throw new InvalidOperationException($"The Postgres of {node} was never started.");

    private static async Task<NpgsqlConnection> OpenAsync(EmbeddedNode node, CancellationToken cancellation)
    {
        var admin = node.AdminConnectionString;
        admin.Pooling = false;
        // Copies of reference tables take the time they take.
        admin.CommandTimeout = 0;
        var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A node as Citus has it.</summary>
    private sealed record KnownNode(int Id, int Port, bool IsSynced);
}
