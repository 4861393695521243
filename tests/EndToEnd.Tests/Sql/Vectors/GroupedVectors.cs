using Graincast.Servers;
using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>
/// A table of vectors (id, g, v) for each type: 13 elements, 31 groups over two partitions. One group is in a partition alone, one has nothing but NULLs in the
/// other, one has nothing but NULLs. Elements are eighths, so that sums are exact in any order.
/// </summary>
public sealed class GroupedVectors(GraincastServer server) : IAsyncLifetime
{
    private readonly double _seed = Random.Shared.Next(1_000_000) / 1e6;

    public TestDatabase Database { get; } = new(server);

    /// <summary>For messages.</summary>
    public string Seed => $"vectors of seed {_seed:R}";

    public static string Table(string type) => $"vectors_of_{type.Split(' ')[0]}";

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        await using var session = await Database.OpenAsync();
        foreach (var type in VectorTypes.All)
        {
            await session.ExecuteAsync($"""
                SELECT setseed({_seed:R});
                CREATE TABLE {Table(type)} (id int, g int, v {type}[]) PARTITION BY RANGE (id);
                CREATE TABLE {Table(type)}_low PARTITION OF {Table(type)} FOR VALUES FROM (0) TO (1500);
                CREATE TABLE {Table(type)}_high PARTITION OF {Table(type)} FOR VALUES FROM (1500) TO (3000);
                INSERT INTO {Table(type)}
                SELECT id, CASE WHEN id < 1500 AND id % 30 = 8 THEN 31 ELSE id % 30 END,
                    CASE WHEN id % 11 <> 0 AND id % 30 <> 9 AND (id < 1500 OR id % 30 <> 7)
                        THEN (SELECT array_agg(floor((random() - 0.5) * 4096) / 8) FROM generate_series(1, 13 + 0 * id)) END
                FROM generate_series(0, 2999) id;
                ANALYZE {Table(type)};
                """);
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
