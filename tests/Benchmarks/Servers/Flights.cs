using Npgsql;

namespace Graincast.Benchmarks.Servers;

/// <summary>Rows with a key and a time of their last change, a project of 25 trees whose feature source they are, and a role of an application that may read them.</summary>
internal sealed class Flights
{
    public const string Name = "flights";
    public const string Project = "flights";
    public const int Trees = 25;

    /// <summary>So few trees have learnt enough by it.</summary>
    public const double LearningRate = 0.3;

    private const int Seed = 42;
    private const string Application = "application";
    private const string Password = "application";

    private Flights(NpgsqlConnectionStringBuilder connection, int rows) => (Connection, Rows) = (connection, rows);

    /// <summary>As a program on another machine connects: over TCP, with a password.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>Keys are 1 to this.</summary>
    public int Rows { get; }

    private static string Settings => $$"""{"n_estimators": {{Trees}}, "num_leaves": {{BenchmarkServer.Leaves}}, "learning_rate": {{LearningRate}}}""";

    /// <summary>The same keys for each variant.</summary>
    public int[] Keys(int count)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1, Rows + 1))];
    }

    public static async Task<Flights> CreateAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        await connection.RunAsync($"""
            CREATE TABLE {Name} AS SELECT row_number() OVER ()::int AS id, *, now() AS updated_at FROM {BenchmarkServer.Sample};
            ALTER TABLE {Name} ADD PRIMARY KEY (id);
            CREATE INDEX ON {Name} (updated_at);
            CREATE ROLE {Application} LOGIN PASSWORD '{Password}' IN ROLE postgres;
            GRANT SELECT ON {Name} TO graincast, {Application};
            """);
        await connection.RunAsync($"VACUUM ANALYZE {Name}");
        await connection.RunAsync($"SELECT * FROM pgml.train('{Project}', 'regression', '{BenchmarkServer.Sample}', 'y', 'lightgbm', '{Settings}')");
        await connection.RunAsync($"SELECT pgml.create_feature_source('{Project}', '{Name}')");
        return new Flights(
            new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Username = Application, Password = Password, SslMode = SslMode.Disable, Pooling = true, MaxPoolSize = 250 },
            Convert.ToInt32(await connection.ScalarAsync($"SELECT count(*) FROM {Name}")));
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
