using Graincast.Servers;
using Npgsql;

namespace Graincast.Benchmarks;

/// <summary>A private Postgres with its silo, the table of a million rows and the model that all benchmarks use.</summary>
public sealed class BenchmarkServer : IAsyncDisposable
{
    public const int Rows = 1_000_000;
    public const int Features = 10;
    public const int Trees = 100;
    public const int Leaves = 31;
    public const int SampleRows = 100_000;
    public const string Project = "p";
    private readonly TestDirectory _directory = new();

    private BenchmarkServer()
    {
    }

    public static string Array => $"ARRAY[{Columns(", ")}]";

    public static string Columns(string separator, string prefix = "") => string.Join(separator, Enumerable.Range(1, Features).Select(i => $"{prefix}f{i}"));

    public static async Task<BenchmarkServer> StartAsync()
    {
        var server = new BenchmarkServer();
        await Cli.MustSucceedAsync("up", "--data", server._directory.Data);
        await using var connection = await server.ConnectAsync();
        var features = string.Join(", ", Enumerable.Range(1, Features).Select(i => $"random()::real AS f{i}"));
        await connection.RunAsync($"""
            SELECT setseed(0.42);
            CREATE TABLE t AS SELECT *, (f1 * f2 + sin(6 * f3) + (f4 - 0.5) ^ 2 + 0.3 * f5 + 0.1 * random())::real AS y
                FROM (SELECT {features} FROM generate_series(1, {Rows})) AS numbers;
            CREATE VIEW sample AS SELECT * FROM t LIMIT {SampleRows};
            """);
        await connection.RunAsync("VACUUM ANALYZE t");
        await connection.RunAsync($"SELECT * FROM pgml.train('{Project}', 'regression', 'sample', 'y', 'lightgbm', '{TreeSettings}')");
        return server;
    }

    public static string TreeSettings => $$"""{"n_estimators": {{Trees}}, "num_leaves": {{Leaves}}}""";

    /// <summary>A backend of its own, without parallel workers: benchmarks ask what one row costs.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = await Sql.ConnectAsync(_directory.Data);
        await connection.RunAsync("SET max_parallel_workers_per_gather = 0; SET jit = off");
        return connection;
    }

    public ValueTask DisposeAsync() => _directory.DisposeAsync();
}
