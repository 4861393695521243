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
        SELECT d.seq, m.id, pg_catalog.encode(m.image_sha256, 'hex'), s.id, s.relation_name, s.key_columns
        FROM pgml.projects p
        LEFT JOIN LATERAL (SELECT seq, model_id FROM pgml.deployments WHERE project_id = p.id ORDER BY seq DESC LIMIT 1) d ON true
        LEFT JOIN pgml.models m ON m.id = d.model_id
        LEFT JOIN pgml.sources s ON s.project_id = p.id
        WHERE p.name = $1
        """;

    // The backend's count of changes of the catalog. While it is the same, so is the answer to the query above, which Citus takes three times as long for as for the row.
    private const string Changes = "SELECT pgml.wait_for_change(-1, 0)";

    // How many of the rows another node's Postgres had to send.
    private const string Crossed = $"SELECT pg_catalog.count(*) FROM pg_catalog.unnest($2::pg_catalog.text[]) AS key (value) WHERE {ShardMap.NodeOfKey}::pg_catalog.text <> $3";

    // A source that is created anew, or a column that changes its type, in the middle of a call.
    private const int Attempts = 3;

    private readonly ConcurrentDictionary<(string Database, long Source, string Sha256), FeatureQuery> _queries = new();

    private readonly ConcurrentDictionary<(string Database, string Project, int Backend), (long Changes, Deployment? Deployment, FeatureSource? Source)> _deployed = new();

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
                FeatureQuery query = await QueryAsync(database, source, model, cancellationToken);
                (FeatureRead? read, FeatureSource? now) = await Databases.OnLiveConnection.ExecuteAsync(token => ReadAsync(database, project, query, model, keys, token), cancellationToken);
                if (read is not null)
                {
                    return read;
                }

                source = now ?? throw NoSource(project);
            }
            catch (PostgresException exception) when (attempt < Attempts && IsStale(exception))
            {
                _queries.TryRemove((database, source.Id, model.Sha256), out _);
            }
            catch (PostgresException exception)
            {
                FeatureSource now = (await deployments.FindNowAsync(database, project, cancellationToken) ?? throw Gone(project)).Source ?? throw NoSource(project);
                source = now.Id != source.Id ? now : throw SourceErrors.Translate(exception, source, databases.Role, nodes.Own);
            }
            catch (NpgsqlException exception)
            {
                throw SourceErrors.Translate(exception, source, databases.Role, nodes.Own);
            }

            if (attempt == Attempts)
            {
                throw new GraincastException(SqlState.SerializationFailure, $"the feature source of project \"{project}\" was changed during the call", "Try again.");
            }
        }
    }

    // A shard was moved since the statement was planned, or columns were changed since they were looked at.
    private static bool IsStale(PostgresException exception) => exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn;

    private async Task<FeatureQuery> QueryAsync(string database, FeatureSource source, ScoringModel model, CancellationToken cancellationToken)
    {
        if (_queries.TryGetValue((database, source.Id, model.Sha256), out FeatureQuery? known))
        {
            return known;
        }

        await using NpgsqlConnection connection = await databases[database].OpenConnectionAsync(cancellationToken);
        return _queries[(database, source.Id, model.Sha256)] = await FeatureQuery.PrepareAsync(connection, source, model, cancellationToken);
    }

    // No rows when the source is another one by now.
    private async ValueTask<(FeatureRead? Read, FeatureSource? Now)> ReadAsync(
        string database, string project, FeatureQuery query, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        Spread? spread = await shards.FindAsync(database, query.Source, cancellationToken);
        await using NpgsqlConnection connection = await databases[database].OpenConnectionAsync(cancellationToken);
        await using NpgsqlBatch batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Changes));
        bool counts = spread?.KeyPart is not null;
        if (counts)
        {
            string[] values = [.. keys.Select(key => key.Parts[spread!.KeyPart!.Value])];
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Crossed)
            {
                Parameters = { new() { Value = query.Source.Relation }, new() { Value = values }, new() { Value = nodes.Own } },
            });
        }

        query.AddTo(batch, keys);
        (long changes, KeyedRow[] rows) = await ReadAsync(batch, query, model, keys, counts, cancellationToken);
        (Deployment? deployment, FeatureSource? now) = await DeployedAsync(connection, database, project, changes, cancellationToken);
        if (now?.Id != query.Source.Id)
        {
            return (null, now);
        }

        await ReadMissingAsync(connection, query, model, keys, rows, cancellationToken);
        return (new FeatureRead(deployment ?? throw NoDeployment(project), rows), now);
    }

    private static async Task<(long Changes, KeyedRow[] Rows)> ReadAsync(
        NpgsqlBatch batch, FeatureQuery query, ScoringModel model, IReadOnlyList<RowKey> keys, bool counts, CancellationToken cancellationToken)
    {
        await batch.PrepareAsync(cancellationToken);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        long changes = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        if (counts)
        {
            await reader.ReadAsync(cancellationToken);
            long crossed = reader.GetInt64(0);
            GraincastMeter.FeatureRows.Add(crossed, new KeyValuePair<string, object?>("crossed", true));
            GraincastMeter.FeatureRows.Add(keys.Count - crossed, new KeyValuePair<string, object?>("crossed", false));
            await reader.NextResultAsync(cancellationToken);
        }

        return (changes, await query.ReadAsync(reader, model, keys, cancellationToken));
    }

    private async Task<(Deployment? Deployment, FeatureSource? Source)> DeployedAsync(
        NpgsqlConnection connection, string database, string project, long changes, CancellationToken cancellationToken)
    {
        (string, string, int) key = (database, project, connection.ProcessID);
        if (_deployed.TryGetValue(key, out var known) && known.Changes == changes)
        {
            return (known.Deployment, known.Source);
        }

        await using var command = new NpgsqlCommand(Deployed, connection) { Parameters = { new() { Value = project } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw Gone(project);
        }

        Deployment? deployment = await reader.IsDBNullAsync(1, cancellationToken) ? null : new Deployment(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2));
        FeatureSource? source = await reader.IsDBNullAsync(3, cancellationToken) ? null : new FeatureSource(reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<string[]>(5));
        _deployed[key] = (changes, deployment, source);
        return (deployment, source);
    }

    // A key that is not written as Postgres would write it is found by Postgres all the same.
    private static async Task ReadMissingAsync(
        NpgsqlConnection connection, FeatureQuery query, ScoringModel model, IReadOnlyList<RowKey> keys, KeyedRow[] rows, CancellationToken cancellationToken)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] == default)
            {
                await using NpgsqlBatch one = connection.CreateBatch();
                query.AddTo(one, [keys[i]]);
                await using NpgsqlDataReader reader = await one.ExecuteReaderAsync(cancellationToken);
                rows[i] = (await query.ReadAsync(reader, model, [keys[i]], cancellationToken))[0];
            }
        }
    }

    private static GraincastException NoDeployment(string project) => new(
        SqlState.ObjectNotInState, $"project \"{project}\" has no deployed model", $"Deploy one: SELECT * FROM pgml.deploy('{project}', 'best_score').");

    private static GraincastException NoSource(string project) => new(
        SqlState.ObjectNotInState, $"project \"{project}\" has no feature source", $"Create one: SELECT pgml.create_feature_source('{project}', 'a_table').");

    private static GraincastException Gone(string project) => new(
        SqlState.UndefinedObject, $"project \"{project}\" does not exist", "The view pgml.projects lists them; a training makes one.");
}
