using Npgsql;

namespace Graincast.Storage;

/// <summary>
/// What an installation does where the database has Citus: the catalog's tables become reference tables, a copy on every node. Orleans' tables and the
/// journals of the migrations stay local tables of the coordinator.
/// </summary>
internal static class CitusCatalog
{
    /// <summary>
    /// Settings of a connection that installs; no effect without Citus. The triggers that keep the caches right are allowed on reference tables, and nothing
    /// becomes a table of Citus unasked: a child converted along with its parent would lose its TRUNCATE trigger and the grants of its views.
    /// </summary>
    public const string Options = "-c citus.enable_unsafe_triggers=on -c citus.enable_local_reference_table_foreign_keys=off"
        + " -c citus.use_citus_managed_tables=off -c citus.enable_schema_based_sharding=off";

    // Parents first.
    private static readonly string[] Tables = ["pgml.projects", "pgml.snapshots", "pgml.models", "pgml.deployments", "pgml.files", "pgml.runs", "pgml.sources"];

    /// <summary>Whether the database has Citus. A worker is refused: tables are made and changed through the coordinator.</summary>
    public static async Task<bool> IsHereAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ScalarAsync(connection, "SELECT true FROM pg_extension WHERE extname = 'citus'", cancellation) is null)
        {
            return false;
        }
        if (await ScalarAsync(connection, "SELECT groupid FROM pg_dist_local_group", cancellation) is not 0)
        {
            var coordinator = await ScalarAsync(connection, "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE groupid = 0", cancellation);
            throw new GraincastException(
                SqlState.ObjectNotInState,
                $"Database \"{connection.Database}\" of {connection.Host}:{connection.Port} is a worker of Citus.",
                $"Run `graincast install` on the coordinator, {coordinator ?? "which this worker does not know"}; it installs on every node.");
        }
        if (await ScalarAsync(connection, "SELECT bool_or(groupid = 0) FROM pg_dist_node", cancellation) is false)
        {
            throw new GraincastException(
                SqlState.ObjectNotInState,
                $"The coordinator {connection.Host}:{connection.Port} is not among Citus' nodes, so it would have no copy of the catalog.",
                "Run: SELECT citus_set_coordinator_host('the name by which the workers reach it').");
        }
        return true;
    }

    /// <summary>Gives every node the catalog, one that was added later too. Returns what it did that had not been done before.</summary>
    public static async Task<IReadOnlyList<string>> DistributeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var distributed = new List<string>();
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            foreach (var table in Tables)
            {
                if (await ScalarAsync(connection, $"SELECT true FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass", cancellation) is null)
                {
                    await ScalarAsync(connection, $"SELECT create_reference_table('{table}')", cancellation);
                    distributed.Add($"create_reference_table('{table}')");
                }
            }
            foreach (var table in distributed.Count > 0 ? Tables : [])
            {
                // The rows of before are in the reference table by now.
                await ScalarAsync(connection, $"SELECT truncate_local_data_after_distributing_table('{table}')", cancellation);
            }
            await transaction.CommitAsync(cancellation);
        }
        // A node that was added later knows the tables and has no rows of them yet. The catalog is small: writes wait for the copy.
        await ScalarAsync(connection, "SELECT replicate_reference_tables('block_writes')", cancellation);
        await GrantViewsAsync(connection, cancellation);
        return distributed;
    }

    /// <summary>Citus hands out views without their grants, GRANT itself goes to every node.</summary>
    private static async Task GrantViewsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var grants = await ScalarAsync(
            connection,
            """
            SELECT string_agg(format('GRANT %s ON %s TO %s', a.privilege_type, v.oid::regclass, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END), ';')
            FROM pg_class v, aclexplode(v.relacl) a
            WHERE v.relkind = 'v' AND v.relnamespace = 'pgml'::regnamespace AND a.grantee <> v.relowner
            """,
            cancellation);
        if (grants is string sql)
        {
            await ScalarAsync(connection, sql, cancellation);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation) is var value and not DBNull ? value : null;
    }
}
