using System.Security.Cryptography;
using Graincast.Security;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="ITokenKeys"/>
/// <param name="cluster">Connection string of the database that holds Orleans' tables.</param>
public sealed class TokenKeys(string cluster) : ITokenKeys
{
    // The newest and the two before it.
    private const string Read = "SELECT id, key, created_at FROM graincast.token_keys ORDER BY id DESC LIMIT 3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TokenKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(cluster);
        await connection.OpenAsync(cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TokenKey>> RenewAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(cluster);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Readers go on; of two silos that renew, the second sees the key of the first.
        await ExecuteAsync(connection, "LOCK TABLE graincast.token_keys IN SHARE ROW EXCLUSIVE MODE", [], cancellationToken);
        int added = await ExecuteAsync(
            connection,
            "INSERT INTO graincast.token_keys (key) SELECT $1 WHERE NOT EXISTS (SELECT FROM graincast.token_keys WHERE created_at > now() - $2)",
            [RandomNumberGenerator.GetBytes(TokenKey.SecretBytes), TokenKey.Lifetime],
            cancellationToken);
        if (added > 0)
        {
            await ExecuteAsync(connection, $"DELETE FROM graincast.token_keys WHERE id NOT IN (SELECT id FROM ({Read}) AS kept)", [], cancellationToken);
        }

        IReadOnlyList<TokenKey> keys = await ReadAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return keys;
    }

    private static async Task<IReadOnlyList<TokenKey>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<TokenKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new TokenKey(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return keys;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
