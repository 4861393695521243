using System.Data;
using System.Text;
using Graincast.Projects;
using Npgsql;
using NpgsqlTypes;

namespace Graincast.Storage;

/// <summary>The statements of one training for a client, and how their errors read.</summary>
internal sealed record SqlTraining(string Database, string Project, string Role, TrainingRequest Request)
{
    private const string TheModel =
        """
        SELECT m.id, m.algorithm, m.metrics::pg_catalog.text FROM pgml.models m JOIN pgml.projects p ON p.id OPERATOR(pg_catalog.=) m.project_id
        WHERE p.name OPERATOR(pg_catalog.=) $1 ORDER BY m.created_at DESC, m.id DESC LIMIT 1
        """;

    /// <summary>Within a transaction: trains as the bearer of <paramref name="token"/> and reads what came of it.</summary>
    public async Task<TrainedModel> TrainAsync(NpgsqlConnection connection, string token, CancellationToken cancellationToken)
    {
        await ScalarAsync(connection, "SELECT pg_catalog.set_config('graincast.on_behalf_of', $1, true)", cancellationToken, token);
        await using NpgsqlCommand train = Train(connection);
        bool isDeployed = (bool)(await train.ExecuteScalarAsync(cancellationToken))!;
        await using var find = new NpgsqlCommand(TheModel, connection) { Parameters = { new() { Value = Project } } };
        await using NpgsqlDataReader reader = await find.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new TrainedModel(reader.GetInt64(0), reader.GetString(1), isDeployed, reader.GetString(2));
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (string value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The same error for the client; a right that lacks is named with the GRANT that gives it.</summary>
    public GraincastException Translate(PostgresException exception)
    {
        string hint = exception.Hint ?? "";
        if (hint.Length == 0 && exception.SqlState == SqlState.InsufficientPrivilege)
        {
            hint = $"Both \"{Role}\" and the silo's role must be allowed to read {Request.Relation ?? "the relation"}: GRANT SELECT on it, and USAGE on its schema.";
        }

        return new GraincastException(exception.SqlState, exception.MessageText, hint, exception.Detail ?? "");
    }

    /// <summary>Named arguments: what the client left out has the default that SQL gives it.</summary>
    private NpgsqlCommand Train(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0 };
        var sql = new StringBuilder("SELECT deployed FROM pgml.train(");
        Add("project_name", "text", Project);
        Add("task", "text", Request.Task);
        Add("relation_name", "text", Request.Relation);
        Add("y_column_name", "text", Request.Label);
        Add("algorithm", "pgml.algorithm", Request.Algorithm);
        Add("hyperparams", "jsonb", Request.Hyperparams);
        Add("preprocess", "jsonb", Request.Preprocess);
        Add("test_size", "real", Request.TestSize);
        Add("test_sampling", "pgml.sampling", Request.TestSampling);
        Add("automatic_deploy", "boolean", Request.AutomaticDeploy);
        Add("search", "pgml.search", Request.Search);
        Add("search_params", "jsonb", Request.SearchParams);
        Add("search_args", "jsonb", Request.SearchArgs);
        Add("seed", "bigint", Request.Seed);
        Add("exclude", "text[]", Request.Exclude);
        Add("weight_column", "text", Request.WeightColumn);
        command.CommandText = sql.Append(')').ToString();
        return command;

        void Add(string name, string type, object? value)
        {
            if (value is null)
            {
                return;
            }

            var parameter = new NpgsqlParameter { Value = value };
            if (value is string)
            {
                parameter.NpgsqlDbType = NpgsqlDbType.Text;
            }

            command.Parameters.Add(parameter);
            sql.Append(command.Parameters.Count > 1 ? ", " : "").Append(name).Append(" => $").Append(command.Parameters.Count).Append("::").Append(type);
        }
    }
}
