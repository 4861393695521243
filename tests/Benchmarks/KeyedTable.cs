using Npgsql;

namespace Graincast.Benchmarks;

/// <summary>Rows with a key, the feature source of the project that all benchmarks use, and a role of an application that may read them.</summary>
public sealed class KeyedTable
{
    public const string Name = "keyed";
    public const int Rows = BenchmarkServer.SampleRows;
    private const int Seed = 42;
    private const string Application = "application";
    private const string Password = "application";

    private KeyedTable(NpgsqlConnectionStringBuilder connection) => Connection = connection;

    /// <summary>As a program on another machine connects: over TCP, with a password.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>The same keys for each variant.</summary>
    public static int[] Keys(int count)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1, Rows + 1))];
    }

    public static async Task<KeyedTable> CreateAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        await connection.RunAsync($"""
            CREATE TABLE {Name} AS SELECT row_number() OVER ()::int AS id, * FROM sample;
            ALTER TABLE {Name} ADD PRIMARY KEY (id);
            CREATE ROLE {Application} LOGIN PASSWORD '{Password}' IN ROLE postgres;
            GRANT SELECT ON {Name} TO graincast, {Application};
            SELECT pgml.create_feature_source('{BenchmarkServer.Project}', '{Name}');
            """);
        await connection.RunAsync($"VACUUM ANALYZE {Name}");
        return new KeyedTable(new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            Host = "127.0.0.1",
            Username = Application,
            Password = Password,
            SslMode = SslMode.Disable,
            Pooling = true,
        });
    }

    /// <summary>Features and label of all rows, key by key.</summary>
    public async Task<float[][]> ReadAsync()
    {
        await using var source = NpgsqlDataSource.Create(Connection);
        await using var command = source.CreateCommand($"SELECT {BenchmarkServer.Columns(", ")}, y FROM {Name} ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<float[]>(Rows);
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, BenchmarkServer.Features + 1).Select(reader.GetFloat)]);
        }
        return [.. rows];
    }
}
