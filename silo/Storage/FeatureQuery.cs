using Graincast.Models;
using Graincast.Scoring;
using Npgsql;
using NpgsqlTypes;

namespace Graincast.Storage;

/// <summary>The statements that read rows of a feature source for a model, and how their columns become its inputs.</summary>
internal sealed class FeatureQuery
{
    // Types as Postgres names them, domains looked through.
    private const string Describe = """
        WITH RECURSIVE base AS (
            SELECT a.attname, a.attnum, a.atttypid AS type FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = $1::pg_catalog.text::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT b.attname, b.attnum, t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
        )
        SELECT b.attname::text, t.typname::text, e.typname::text
        FROM base b
        JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
        LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        """;

    private readonly FeatureColumn[] _columns;
    private readonly string _one;
    private readonly string _many;

    private FeatureQuery(FeatureSource source, FeatureColumn[] columns)
    {
        (Source, _columns) = (source, columns);
        string[] keys = [.. source.KeyColumns.Select(Quote)];
        string select = string.Join(", ", keys.Select(key => $"{key}::pg_catalog.text").Concat(columns.Select(column => column.Sql)));
        _one = $"SELECT {select} FROM {source.Relation} WHERE {string.Join(" AND ", keys.Select((key, i) => $"{key} = ${i + 1}"))} LIMIT 2";
        _many = $"SELECT {select} FROM {source.Relation} WHERE {keys[0]} = ANY ($1)";
    }

    public FeatureSource Source { get; }

    /// <summary>Looks at the relation's columns. 42703 when the model needs one that is not there, 42804 when one has a type that the model cannot take.</summary>
    public static async Task<FeatureQuery> PrepareAsync(NpgsqlConnection connection, FeatureSource source, ScoringModel model, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Describe, connection) { Parameters = { new() { Value = source.Relation } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var types = new Dictionary<string, (string Type, string? Element)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            types[reader.GetString(0)] = (reader.GetString(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2));
        }

        return new FeatureQuery(source, [.. model.Columns.Select((column, i) => FeatureColumn.Of(i, column, source, types))]);
    }

    /// <summary>Adds the statements that read these keys' rows: one when the key is one column, else one a key.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<RowKey> keys)
    {
        if (keys.Count > 1 && Source.KeyColumns.Count == 1)
        {
            batch.BatchCommands.Add(Command(_many, ArrayLiteral(keys.Select(key => key.Parts[0]))));
            return;
        }

        foreach (RowKey key in keys)
        {
            batch.BatchCommands.Add(Command(_one, key.Parts));
        }
    }

    /// <summary>Reads what <see cref="AddTo"/> asked for, from the reader's result on. Default where rows were read together and none is written as the key is.</summary>
    public async Task<KeyedRow[]> ReadAsync(NpgsqlDataReader reader, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        var rows = new KeyedRow[keys.Count];
        if (keys.Count > 1 && Source.KeyColumns.Count == 1)
        {
            ILookup<string, int> places = Enumerable.Range(0, keys.Count).ToLookup(i => keys[i].Parts[0], StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken))
            {
                foreach (int place in places[reader.GetString(0)])
                {
                    rows[place] = rows[place] == default ? Row(reader, model) : new KeyedRow(null, SourceErrors.ManyRows(Source, keys[place]));
                }
            }

            return rows;
        }

        for (int i = 0; i < keys.Count; i++)
        {
            bool any = false;
            while (await reader.ReadAsync(cancellationToken))
            {
                rows[i] = any ? new KeyedRow(null, SourceErrors.ManyRows(Source, keys[i])) : Row(reader, model);
                any = true;
            }

            if (!any)
            {
                rows[i] = new KeyedRow(null, SourceErrors.NoRow(Source, keys[i]));
            }

            await reader.NextResultAsync(cancellationToken);
        }

        return rows;
    }

    private KeyedRow Row(NpgsqlDataReader reader, ScoringModel model)
    {
        var inputs = new float[model.Inputs];
        try
        {
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Read(reader, Source.KeyColumns.Count + i, model, inputs);
            }
        }
        catch (GraincastException error)
        {
            return new KeyedRow(null, error);
        }

        return new KeyedRow(inputs, null);
    }

    // Of unknown type, as literals are: the server takes them for what the column they are compared with is.
    private static NpgsqlBatchCommand Command(string sql, params string[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (string value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown });
        }

        return command;
    }

    private static string ArrayLiteral(IEnumerable<string> values) => "{" + string.Join(',', values.Select(value =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")) + "}";

    internal static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
