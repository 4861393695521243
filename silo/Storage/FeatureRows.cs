using System.Collections.Concurrent;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Scoring;
using Graincast.Telemetry;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="IFeatureRows"/>
public sealed class FeatureRows(Databases databases, ShardMap shards, IDeployments deployments, INodes nodes) : IFeatureRows
{
    private const string Deployed = """
        SELECT d.seq, m.id, pg_catalog.encode(m.image_sha256, 'hex')
        FROM pgml.projects p
        LEFT JOIN LATERAL (SELECT seq, model_id FROM pgml.deployments WHERE project_id = p.id ORDER BY seq DESC LIMIT 1) d ON true
        LEFT JOIN pgml.models m ON m.id = d.model_id
        WHERE p.name = $1
        """;

    // The backend's count of changes of the catalog. While it is the same, so is the answer to the query above, which Citus takes three times as long for as for the row.
    private const string Changes = "SELECT pgml.wait_for_change(-1, 0)";

    // How many of the rows another node's Postgres had to send.
    private const string Crossed = $"SELECT pg_catalog.count(*) FROM pg_catalog.unnest($2::pg_catalog.text[]) AS key (value) WHERE {ShardMap.NodeOfKey}::pg_catalog.text <> $3";

    private const string Rows = "SELECT place, key, lengths, numbers, texts FROM pgml.source_rows($1, $2, $3, $4)";

    // A shard that was moved since the statement was planned.
    private const int Attempts = 3;

    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<(string Database, string Project, int Backend), (long Changes, Deployment? Deployment)> _deployed = new();

    /// <inheritdoc/>
    public async Task<FeatureRead> ReadAsync(string database, string project, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        FeatureSource source = (await deployments.FindAsync(database, project, since: 0, cancellationToken))?.Source
            ?? (await deployments.FindNowAsync(database, project, cancellationToken) ?? throw Gone(project)).Source
            ?? throw NoSource(project);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await Databases.OnLiveConnection.ExecuteAsync(token => ReadAsync(database, project, source, model, keys, token), cancellationToken);
            }
            catch (PostgresException exception) when (attempt < Attempts && exception.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // Planned anew by the next attempt.
            }
            catch (PostgresException exception) when (attempt < Attempts && exception.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                source = (await deployments.FindNowAsync(database, project, cancellationToken) ?? throw Gone(project)).Source ?? throw NoSource(project);
            }
            catch (PostgresException exception) when (SourceErrors.IsOfRow(exception))
            {
                throw SourceErrors.OfRow(exception);
            }
            catch (NpgsqlException exception)
            {
                throw SourceErrors.Translate(exception, source, nodes.Own);
            }
        }
    }

    private async ValueTask<FeatureRead> ReadAsync(
        string database, string project, FeatureSource source, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        Spread? spread = await shards.FindAsync(database, source, cancellationToken);
        await using NpgsqlConnection connection = await databases[database].OpenConnectionAsync(cancellationToken);
        await using NpgsqlBatch batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Changes));
        if (spread?.KeyPart is { } part && keys.All(key => key.Parts.Length > part))
        {
            string[] values = [.. keys.Select(key => key.Parts[part])];
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Crossed) { Parameters = { new() { Value = source.Relation }, new() { Value = values }, new() { Value = nodes.Own } } });
        }
        else
        {
            Count(keys.Count, crossed: 0);
        }

        batch.BatchCommands.Add(RowsOf(project, source, model, keys));
        await batch.PrepareAsync(cancellationToken);
        (long changes, KeyedRow[] rows) = await ReadAsync(batch, source, model, keys, cancellationToken);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = rows[i] == default ? await ReadOneAsync(connection, project, source, model, keys[i], cancellationToken) : rows[i];
        }

        return new FeatureRead(await DeployedAsync(connection, database, project, changes, cancellationToken) ?? throw NoDeployment(project), rows);
    }

    private static NpgsqlBatchCommand RowsOf(string project, FeatureSource source, ScoringModel model, IReadOnlyList<RowKey> keys)
    {
        string[] columns = [.. model.Columns.Select(column => column.Name)];
        // They go as one list, to be cut by the source's number of key columns.
        if (keys.FirstOrDefault(key => key.Parts.Length != source.KeyColumns.Count) is { } other)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"the key has {other.Parts.Length} parts, the feature source {source.KeyColumns.Count} key columns",
                $"Its key columns are: {string.Join(", ", source.KeyColumns)}.");
        }

        string[] parts = [.. keys.SelectMany(key => key.Parts)];
        return new NpgsqlBatchCommand(Rows) { Parameters = { new() { Value = project }, new() { Value = source.Id }, new() { Value = columns }, new() { Value = parts } } };
    }

    private static async Task<(long Changes, KeyedRow[] Rows)> ReadAsync(
        NpgsqlBatch batch, FeatureSource source, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        long changes = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        if (batch.BatchCommands.Count > 2)
        {
            await reader.ReadAsync(cancellationToken);
            Count(keys.Count, reader.GetInt64(0));
            await reader.NextResultAsync(cancellationToken);
        }

        var rows = new KeyedRow[keys.Count];
        HashSet<int> seen = [];
        ILookup<string, int>? places = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            SourceRow row = SourceRow.Read(reader);
            places ??= row.Place > 0 ? null : Enumerable.Range(0, keys.Count).ToLookup(i => keys[i].Parts[0], StringComparer.Ordinal);
            foreach (int place in row.Place > 0 ? [row.Place - 1] : places![row.Key ?? ""])
            {
                rows[place] = seen.Add(place) ? row.Inputs(model, source) : default;
            }
        }

        return (changes, rows);
    }

    private static void Count(int rows, long crossed)
    {
        GraincastMeter.FeatureRows.Add(crossed, new KeyValuePair<string, object?>("graincast.row.crossed", true));
        GraincastMeter.FeatureRows.Add(rows - crossed, new KeyValuePair<string, object?>("graincast.row.crossed", false));
    }

    // Alone, a key that is not written as Postgres would write it is found by Postgres all the same, and one with no row or with several is an error of its own.
    private static async Task<KeyedRow> ReadOneAsync(
        NpgsqlConnection connection, string project, FeatureSource source, ScoringModel model, RowKey key, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Changes));
        batch.BatchCommands.Add(RowsOf(project, source, model, [key]));
        try
        {
            return (await ReadAsync(batch, source, model, [key], cancellationToken)).Rows[0];
        }
        catch (PostgresException exception) when (SourceErrors.IsOfRow(exception) || exception.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            return new KeyedRow(null, SourceErrors.OfRow(exception));
        }
    }

    private async Task<Deployment?> DeployedAsync(NpgsqlConnection connection, string database, string project, long changes, CancellationToken cancellationToken)
    {
        (string, string, int) key = (database, project, connection.ProcessID);
        if (_deployed.TryGetValue(key, out var known) && known.Changes == changes)
        {
            return known.Deployment;
        }

        await using var command = new NpgsqlCommand(Deployed, connection) { Parameters = { new() { Value = project } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw Gone(project);
        }

        Deployment? deployment = await reader.IsDBNullAsync(1, cancellationToken) ? null : new Deployment(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2));
        if (_deployed.Count >= MaxKnown)
        {
            // Most of it is of backends that are gone.
            _deployed.Clear();
        }

        _deployed[key] = (changes, deployment);
        return deployment;
    }

    private static GraincastException NoDeployment(string project) => new(
        SqlState.ObjectNotInState, $"project \"{project}\" has no deployed model", $"Deploy one: SELECT * FROM pgml.deploy('{project}', 'best_score').");

    private static GraincastException NoSource(string project) => new(
        SqlState.ObjectNotInState, $"project \"{project}\" has no feature source", $"Create one: SELECT pgml.create_feature_source('{project}', 'a_table').");

    private static GraincastException Gone(string project) => new(
        SqlState.UndefinedObject, $"project \"{project}\" does not exist", "The view pgml.projects lists them; a training makes one.");
}
