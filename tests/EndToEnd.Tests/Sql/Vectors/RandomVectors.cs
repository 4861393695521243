namespace Graincast.Sql.Vectors;

/// <summary>Pairs of random vectors in the session's table <c>pairs (id, a, b, s)</c>: a and b of one length, 0 to 40, no element of b and no s is 0.</summary>
internal sealed class RandomVectors
{
    private const int Count = 200;

    private readonly double _seed;

    private RandomVectors(double seed) => _seed = seed;

    public static async Task<RandomVectors> CreateAsync(Session session, string type)
    {
        var vectors = new RandomVectors(Random.Shared.Next(1_000_000) / 1e6);
        await session.ExecuteAsync($"""
            SELECT setseed({vectors._seed:R});
            CREATE TEMPORARY TABLE elements AS
            SELECT id, n, (random() - 0.5) * 10 ^ (id % 7 - 3) AS x, (0.1 + random()) * sign(random() - 0.5) AS y FROM generate_series(1, {Count}) id, generate_series(1, id % 41) n;
            CREATE TEMPORARY TABLE pairs AS
            SELECT id, coalesce(array_agg(x ORDER BY n) FILTER (WHERE n IS NOT NULL), {"'{}'"})::{type}[] AS a,
                coalesce(array_agg(y ORDER BY n) FILTER (WHERE n IS NOT NULL), {"'{}'"})::{type}[] AS b, (1.5 + id)::{type} AS s
            FROM generate_series(1, {Count}) id LEFT JOIN elements USING (id) GROUP BY id;
            """);
        return vectors;
    }

    public override string ToString() => $"vectors of seed {_seed:R}";
}
