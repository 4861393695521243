using Npgsql;

namespace Graincast.Placement;

/// <summary>Which node the Postgres beside a silo is.</summary>
public static class LocalNode
{
    /// <summary>A Postgres without Citus is the only node; so is a coordinator's number.</summary>
    private const string Alone = "0";

    /// <summary>Asks the server of <paramref name="connectionString"/>: its groupid where Citus is installed, else 0.</summary>
    public static async Task<string> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var isCitus = new NpgsqlCommand("SELECT to_regclass('pg_catalog.pg_dist_local_group') IS NOT NULL", connection);
            if (await isCitus.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return Alone;
            }

            await using var group = new NpgsqlCommand("SELECT groupid::text FROM pg_catalog.pg_dist_local_group", connection);
            return await group.ExecuteScalarAsync(cancellationToken) as string ?? Alone;
        }
        catch (NpgsqlException exception)
        {
            throw new GraincastException(
                (exception as PostgresException)?.SqlState ?? SqlState.ConnectionFailure,
                $"which node this is cannot be asked of the Postgres at {builder.Host}, database \"{builder.Database}\": {(exception.InnerException ?? exception).Message}",
                "Start that Postgres, mend GRAINCAST__CONNECTION, or name the node by GRAINCAST__NODE.",
                innerException: exception);
        }
    }
}
