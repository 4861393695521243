namespace Graincast.Sql.Keys;

/// <summary>A role, a table of its own with a column of every kind that a model reads, a project that was trained on it, and its feature source.</summary>
internal sealed class KeyedRows
{
    public const int Count = 300;

    private const string Preprocess = """
        {"r": {"impute": "mean"}, "n": {"impute": "zero"}, "t": {"impute": "mode", "encode": "native"}, "v": {"encode": "one_hot"}, "c": {"encode": "native"} }
        """;

    private readonly TestDatabase _database;

    private KeyedRows(TestDatabase database, string role) => (_database, Role) = (database, role);

    /// <summary>Owns the table; the project is called the same.</summary>
    public string Role { get; }

    public string Table => $"{Role}.rows";

    /// <summary>The prediction by key for key 7.</summary>
    public string PredictSeven => $"SELECT pgml.predict_by_key('{Role}', 7)";

    public string Train => $"""
        SELECT pgml.train('{Role}', 'regression', '{Role}.learnt', 'y', 'lightgbm', preprocess => '{Preprocess}')
        """;

    public static async Task<KeyedRows> CreateAsync(TestDatabase database, string prefix)
    {
        var rows = new KeyedRows(database, await database.CreateRoleAsync(prefix));
        await using var superuser = await database.OpenAsync();
        await using var session = await rows.OpenAsync();
        // Every third row has NULLs. The view leaves the key out of what is learnt.
        await session.ExecuteAsync($$"""
            CREATE DOMAIN {{rows.Role}}.amount AS numeric(12, 3);
            CREATE TABLE {{rows.Table}} (
                id int PRIMARY KEY, r real, d double precision, s smallint, i int, l bigint, n numeric, m {{rows.Role}}.amount, b boolean, t text, v varchar(9), c char(4),
                pair real[], flags boolean[], box numeric[][], y double precision);
            INSERT INTO {{rows.Table}}
            SELECT k, CASE WHEN k % 3 > 0 THEN sin(k) END, cos(k) * 1e5, k % 9, -k, k::bigint << 33, CASE WHEN k % 6 > 0 THEN k / 7.0 END, k / 3.0, k % 2 = 0,
                CASE WHEN k % 3 > 0 THEN 'text ' || k % 4 END, 'v' || k % 5, 'c' || k % 3, ARRAY[k % 8, k / 2], ARRAY[k % 3 = 0, k % 5 = 0], ARRAY[[k, k % 4], [1, -k]], k % 17 + sin(k)
            FROM generate_series(1, {{Count}}) k;
            CREATE VIEW {{rows.Role}}.learnt AS SELECT r, d, s, i, l, n, m, b, t, v, c, pair, flags, box, y FROM {{rows.Table}}
            """);
        await session.ExecuteAsync(rows.Train);
        await superuser.ExecuteAsync($"GRANT USAGE ON SCHEMA {rows.Role} TO graincast; GRANT SELECT ON ALL TABLES IN SCHEMA {rows.Role} TO graincast");
        await session.ExecuteAsync($"SELECT pgml.create_feature_source('{rows.Role}', '{rows.Table}')");
        return rows;
    }

    public Task<Session> OpenAsync() => _database.OpenAsync(Role);
}
