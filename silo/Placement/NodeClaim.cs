using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Graincast.Placement;

/// <summary>
/// One silo at a node: grains are placed by its name, so of two that claim it the second must not join. The first is whom Orleans' membership table shows as
/// active under that name, with a recent sign of life, and who still takes connections: a silo that was killed is in the table too until the others vote it
/// out, and its successor must not wait for that.
/// </summary>
public static class NodeClaim
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The name under which a node's silo is in the membership table.</summary>
    public static string SiloName(string node) => $"node-{node}";

    /// <summary>Throws 55000 when another silo than the one at <paramref name="self"/> holds <paramref name="node"/>.</summary>
    public static async Task CheckAsync(string connectionString, string clusterId, string node, IPEndPoint self, CancellationToken cancellationToken)
    {
        foreach (IPEndPoint holder in await HoldersAsync(connectionString, clusterId, node, cancellationToken))
        {
            if (!holder.Equals(self) && await AcceptsAsync(holder, cancellationToken))
            {
                throw new GraincastException(
                    SqlState.ObjectNotInState,
                    $"another silo, at {holder}, serves node {node} of the Orleans cluster \"{clusterId}\"",
                    "Stop it, or give this silo the Postgres of another node by GRAINCAST__CONNECTION, another name by GRAINCAST__NODE or another cluster by GRAINCAST__CLUSTERID.");
            }
        }
    }

    private static async Task<List<IPEndPoint>> HoldersAsync(string connectionString, string clusterId, string node, CancellationToken cancellationToken)
    {
        // Status 3 is Active. A silo writes a sign of life each 30 s; Orleans takes three missed ones for death.
        const string sql = """
            SELECT address, port FROM graincast.members
            WHERE deploymentid = $1 AND siloname = $2 AND status = 3 AND iamalivetime > now() - interval '2 minutes'
            """;
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = clusterId }, new() { Value = SiloName(node) } } };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            List<IPEndPoint> holders = [];
            while (await reader.ReadAsync(cancellationToken))
            {
                holders.Add(new IPEndPoint(IPAddress.Parse(reader.GetString(0)), reader.GetInt32(1)));
            }

            return holders;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new GraincastException(
                SqlState.UndefinedObject,
                $"the database has no tables of Orleans: {exception.MessageText}",
                "Run `graincast install` in it, or set GRAINCAST__CLUSTERCONNECTION to the database that has them.",
                innerException: exception);
        }
        catch (NpgsqlException exception)
        {
            throw new GraincastException(
                (exception as PostgresException)?.SqlState ?? SqlState.ConnectionFailure,
                $"the database of Orleans' tables cannot be read: {(exception.InnerException ?? exception).Message}",
                "Start that Postgres, or mend GRAINCAST__CLUSTERCONNECTION; where that is empty, GRAINCAST__CONNECTION.",
                innerException: exception);
        }
    }

    private static async Task<bool> AcceptsAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, timeout.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
