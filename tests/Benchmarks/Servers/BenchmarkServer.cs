using Graincast.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Servers;

/// <summary>A private Postgres with its silo, the table that is scanned and the model that most benchmarks ask.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    public const int Features = 10;
    public const int Trees = 100;
    public const int Leaves = 31;
    public const string Project = "p";

    /// <summary>The rows that models which are only asked are trained on.</summary>
    public const string Sample = "sample";

    // The most clients that a benchmark has at once, and those of the benchmarks before, whose connections pools keep for some minutes.
    private const int Connections = 400;
    private readonly TestDirectory _directory = new();

    private BenchmarkServer(int rows) => Rows = rows;

    /// <summary>Of table t.</summary>
    public int Rows { get; }

    public static string Array => $"ARRAY[{Columns(", ")}]";

    public static string TreeSettings => Settings(Trees);

    /// <summary>Deleted at the end, with whatever else is put into it.</summary>
    public string Directory => _directory.Path;

    public string Data => _directory.Data;

    public int SiloPid => NodeProcesses.SiloPid(_directory.Data, 0);

    /// <summary>For programs that speak libpq.</summary>
    public async Task<string> LibpqAsync()
    {
        await using var connection = await ConnectAsync();
        return $"host={connection.Host} port={connection.Port} dbname={connection.Database} user={connection.UserName}";
    }

    public static string Columns(string separator, int count = Features) => string.Join(separator, Enumerable.Range(1, count).Select(i => $"f{i}"));

    public static string Settings(int trees, int threads = 1) => $$"""{"n_estimators": {{trees}}, "num_leaves": {{Leaves}}, "num_threads": {{threads}}}""";

    /// <summary>A query of rows that are never the same: id, features f1, f2, … between 0 and 1, and the label y, which follows from the first five and some noise.</summary>
    public static string NewRows(int rows, int features = Features) => $"""
        SELECT *, (f1 * f2 + sin(6 * f3) + (f4 - 0.5) ^ 2 + 0.3 * f5 + 0.1 * random())::real AS y
            FROM (SELECT id, {string.Join(", ", Enumerable.Range(1, features).Select(i => $"random()::real AS f{i}"))} FROM generate_series(1, {rows}) AS id) AS numbers
        """;

    public static async Task<BenchmarkServer> StartAsync(Scale scale)
    {
        var server = new BenchmarkServer(scale.Rows);
        await Cli.MustSucceedAsync("up", "--data", server.Data);
        await using (var connection = await server.ConnectAsync())
        {
            await connection.RunAsync($"ALTER SYSTEM SET max_connections = {Connections}");
        }
        await Cli.MustSucceedAsync("down", "--data", server.Data);
        await Cli.MustSucceedAsync("up", "--data", server.Data);
        await server.FillAsync(scale);
        return server;
    }

    /// <summary>A backend of its own, without parallel workers: benchmarks ask what one row costs.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = await Sql.ConnectAsync(_directory.Data);
        await connection.RunAsync("SET max_parallel_workers_per_gather = 0; SET jit = off");
        return connection;
    }

    public ValueTask DisposeAsync() => _directory.DisposeAsync();

    private async Task FillAsync(Scale scale)
    {
        await using var connection = await ConnectAsync();
        await connection.RunAsync($"""
            SELECT setseed(0.42);
            CREATE TABLE t AS SELECT {Columns(", ")}, y FROM ({NewRows(scale.Rows)}) AS rows;
            CREATE VIEW {Sample} AS SELECT * FROM t LIMIT {scale.SampleRows};
            """);
        await connection.RunAsync("VACUUM ANALYZE t");
        await connection.RunAsync($"SELECT * FROM pgml.train('{Project}', 'regression', '{Sample}', 'y', 'lightgbm', '{TreeSettings}')");
    }
}
