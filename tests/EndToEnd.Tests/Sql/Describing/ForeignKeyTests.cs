using Shouldly;
using Xunit;

namespace Graincast.Sql.Describing;

/// <summary>Dropping a model looks up what refers to it, and a catalog of many models must not be scanned for that.</summary>
public sealed class ForeignKeyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Every_foreign_key_of_the_catalog_has_an_index()
    {
        await using var session = await database.OpenAsync();
        const string Keys = "SELECT * FROM pg_constraint WHERE contype = 'f' AND connamespace = 'pgml'::regnamespace";

        (await session.ScalarAsync<long>($"SELECT count(*) FROM ({Keys}) k")).ShouldBeGreaterThan(6);
        (await session.ColumnAsync<string>($"""
            SELECT conrelid::regclass || '.' || conname FROM ({Keys}) k
            WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indkey[0] = k.conkey[1] AND cardinality(k.conkey) = 1)
            """)).ShouldBeEmpty();
    }
}
