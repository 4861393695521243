using System.Collections.Concurrent;
using Graincast.Servers;
using Npgsql;

namespace Graincast.Sql;

/// <summary>A database that every <see cref="TestDatabase"/> is copied from: Graincast installed, all data sets loaded, and the tables that <see cref="Lines"/> train on.</summary>
internal static class TemplateDatabase
{
    public const string Name = "sql_template";

    private static readonly ConcurrentDictionary<GraincastServer, Lazy<Task>> Made = new();

    public static Task CreateAsync(GraincastServer server) => Made.GetOrAdd(server, _ => new Lazy<Task>(() => MakeAsync(server))).Value;

    private static async Task MakeAsync(GraincastServer server)
    {
        await ExecuteAsync(server, "graincast", $"CREATE DATABASE {Name}");
        var connection = new NpgsqlConnectionStringBuilder { Host = server.ConnectionString().Host, Port = server.Port, Database = Name, Username = "postgres" };
        await Cli.MustSucceedAsync("install", "--connection", connection.ConnectionString);
        await ExecuteAsync(server, Name, """
            SELECT pgml.load_dataset(name) FROM unnest(ARRAY['breast_cancer', 'diabetes', 'digits', 'iris', 'linnerud', 'wine']) AS name;
            GRANT SELECT ON pgml.breast_cancer, pgml.diabetes, pgml.digits, pgml.iris, pgml.linnerud, pgml.wine TO PUBLIC;
            """);
        foreach (var slope in Lines.Slopes)
        {
            await ExecuteAsync(server, Name, $"""
                CREATE TABLE line_{slope} AS SELECT x::real AS x, ({slope} * x)::real AS y FROM generate_series(1, 40) AS x;
                GRANT SELECT ON line_{slope} TO PUBLIC;
                """);
        }
        // A database can only be copied while nobody is in it, and the silo visits those that let it in.
        await ExecuteAsync(server, "graincast", $"ALTER DATABASE {Name} ALLOW_CONNECTIONS false");
    }

    private static async Task ExecuteAsync(GraincastServer server, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString().ConnectionString)
        {
            Database = database,
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
