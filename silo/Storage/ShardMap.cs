using System.Collections.Concurrent;
using Graincast.Models;
using Npgsql;

namespace Graincast.Storage;

/// <summary>How Citus spreads a feature source over nodes.</summary>
/// <param name="KeyPart">Which part of the key is the distribution column; null when none is.</param>
/// <param name="IsDistributed">Rows are in shards, one node each.</param>
/// <param name="IsHere">This node's Postgres can read it.</param>
public sealed record Spread(int? KeyPart, bool IsDistributed, bool IsHere);

/// <summary>Asks Citus' metadata, which every node has.</summary>
public sealed class ShardMap(Databases databases, TimeProvider time)
{
    /// <summary>The groupid of the node that holds the shard of <c>$2</c>, the text of a distribution column's value, in relation <c>$1</c>.</summary>
    public const string NodeOfKey = """
        (SELECT p.groupid FROM pg_catalog.pg_dist_placement p
         WHERE p.shardid = pg_catalog.get_shard_id_for_distribution_column($1::pg_catalog.text::pg_catalog.regclass, key.value) AND p.shardstate = 1 LIMIT 1)
        """;

    private const string HasCitus = "SELECT pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";

    private const string SpreadOf = """
        SELECT pg_catalog.to_regclass($1) IS NOT NULL, d.partmethod = 'h', pg_catalog.column_to_column_name(d.logicalrelid, d.partkey)
        FROM (SELECT) one LEFT JOIN pg_catalog.pg_dist_partition d ON d.logicalrelid = pg_catalog.to_regclass($1)
        """;

    // A table that is distributed, or made local again, is known by then.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Database, long Source), (Spread? Spread, long ReadAt)> _known = new();

    /// <summary>Null without Citus.</summary>
    public async ValueTask<Spread?> FindAsync(string database, FeatureSource source, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue((database, source.Id), out var known) && time.GetElapsedTime(known.ReadAt) < MaxAge)
        {
            return known.Spread;
        }

        long readAt = time.GetTimestamp();
        Spread? spread = await Databases.OnLiveConnection.ExecuteAsync(token => ReadAsync(database, source, token), cancellationToken);
        _known[(database, source.Id)] = (spread, readAt);
        return spread;
    }

    private async ValueTask<Spread?> ReadAsync(string database, FeatureSource source, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await databases[database].OpenConnectionAsync(cancellationToken);
        await using (var citus = new NpgsqlCommand(HasCitus, connection))
        {
            if (await citus.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return null;
            }
        }

        await using var command = new NpgsqlCommand(SpreadOf, connection) { Parameters = { new() { Value = source.Relation } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        bool isDistributed = !reader.IsDBNull(1) && reader.GetBoolean(1);
        int part = isDistributed ? source.KeyColumns.ToList().IndexOf(reader.GetString(2)) : -1;
        return new Spread(part < 0 ? null : part, isDistributed, reader.GetBoolean(0));
    }
}
