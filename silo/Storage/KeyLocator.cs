using System.Collections.Concurrent;
using Graincast.Batching;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Projects;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="IKeyLocator"/>
public sealed class KeyLocator(Databases databases, ShardMap shards, INodes nodes, TimeProvider time) : IKeyLocator
{
    private const string Sql = $"SELECT {ShardMap.NodeOfKey}::pg_catalog.text FROM pg_catalog.unnest($2::pg_catalog.text[]) WITH ORDINALITY AS key (value, place) ORDER BY key.place";

    // Where what is no table of Citus' was made, unless it is here.
    private const string Coordinator = "0";

    private const int BatchKeys = 256;
    private const int BatchRounds = 2;

    private static readonly TimeSpan BatchWait = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentDictionary<(string Database, string Relation), Batcher<string, string?>> _batchers = new();

    /// <inheritdoc/>
    public async Task<string> NodeOfAsync(string database, FeatureSource source, RowKey key, CancellationToken cancellationToken)
    {
        Spread? spread = await shards.FindAsync(database, source, cancellationToken);
        if (spread?.KeyPart is not { } part)
        {
            return spread is null or { IsHere: true } ? nodes.Own : Coordinator;
        }

        try
        {
            return await BatcherOf(database, source.Relation).AskAsync(key.Parts[part], cancellationToken) ?? nodes.Own;
        }
        catch (PostgresException)
        {
            // A key that is none of its column's type: reading the row says so, wherever it is done.
            return nodes.Own;
        }
    }

    private Batcher<string, string?> BatcherOf(string database, string relation) => _batchers.GetOrAdd((database, relation), of =>
        new Batcher<string, string?>(values => FindAsync(of.Database, of.Relation, values), exception => exception is PostgresException, BatchKeys, BatchRounds, BatchWait, time));

    private async Task<IReadOnlyList<string?>> FindAsync(string database, string relation, IReadOnlyList<string> values) => await Databases.OnLiveConnection.ExecuteAsync(async token =>
    {
        await using NpgsqlConnection connection = await databases[database].OpenConnectionAsync(token);
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = relation }, new() { Value = values.ToArray() } } };
        await command.PrepareAsync(token);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
        var found = new List<string?>(values.Count);
        while (await reader.ReadAsync(token))
        {
            found.Add(await reader.IsDBNullAsync(0, token) ? null : reader.GetString(0));
        }

        return found;
    });
}
