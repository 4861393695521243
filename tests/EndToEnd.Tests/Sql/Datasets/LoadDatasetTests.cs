using Shouldly;
using Xunit;

namespace Graincast.Sql.Datasets;

public sealed class LoadDatasetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("breast_cancer", 569, 31)]
    [InlineData("diabetes", 442, 11)]
    [InlineData("digits", 1797, 2)]
    [InlineData("iris", 150, 5)]
    [InlineData("linnerud", 20, 6)]
    [InlineData("wine", 178, 14)]
    public async Task A_bundled_set_is_loaded_whole_and_again(string set, long rows, long columns)
    {
        await using var session = await database.OpenAsync();

        for (var i = 0; i < 2; i++)
        {
            (await session.RowsAsync("SELECT * FROM pgml.load_dataset($1)", set)).ShouldHaveSingleItem().ShouldBe([$"pgml.{set}", rows]);
        }

        (await session.ScalarAsync<long>($"SELECT count(*) FROM pgml.{set}")).ShouldBe(rows);
        (await session.ScalarAsync<long>("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'pgml' AND table_name = $1", set)).ShouldBe(columns);
    }

    [Fact]
    public async Task Columns_have_the_types_of_PostgresML()
    {
        await using var session = await database.OpenAsync();

        (await session.RowsAsync("""
            SELECT table_name || '.' || column_name, udt_name::text FROM information_schema.columns
            WHERE table_schema = 'pgml' AND (table_name, column_name) IN
                (('iris', 'target'), ('wine', 'target'), ('digits', 'target'), ('digits', 'image'), ('breast_cancer', 'malignant'), ('breast_cancer', 'mean radius'), ('diabetes', 'target'))
            ORDER BY 1
            """)).Select(row => $"{row[0]} {row[1]}").ShouldBe([
                "breast_cancer.malignant bool", "breast_cancer.mean radius float4", "diabetes.target float4", "digits.image _int2", "digits.target int2", "iris.target int4",
                "wine.target int4"], ignoreOrder: true);
        (await session.ScalarAsync<string>("SELECT array_dims(image) FROM pgml.digits LIMIT 1")).ShouldBe("[1:8][1:8]");
    }

    [Fact]
    public async Task A_limit_loads_the_first_rows()
    {
        var role = await database.CreateRoleAsync("limit");
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync("DROP TABLE pgml.iris");
        await using var session = await database.OpenAsync(role);

        (await session.RowsAsync("SELECT * FROM pgml.load_dataset('iris', \"limit\" => 10)")).ShouldHaveSingleItem().ShouldBe(["pgml.iris", 10L]);

        (await session.ScalarAsync<string>("SELECT tableowner::text FROM pg_tables WHERE schemaname = 'pgml' AND tablename = 'iris'")).ShouldBe(role);
        await session.RefuseAsync("42501", "pgml.wine", "SELECT pgml.load_dataset('wine')");
        (await session.ScalarAsync<long>("SELECT rows FROM pgml.load_dataset('iris', \"limit\" => 0)")).ShouldBe(0);
        (await superuser.ScalarAsync<long>("SELECT rows FROM pgml.load_dataset('iris')")).ShouldBe(150);
    }

    [Theory]
    [InlineData("42704", "titanic", "'titanic'")]
    [InlineData("42704", "", "''")]
    [InlineData("42704", "../iris", "'../iris'")]
    [InlineData("42704", "IRIS", "'IRIS'")]
    [InlineData("22004", "source", "NULL")]
    [InlineData("22023", "limit", "'linnerud', \"limit\" => -1")]
    public async Task A_set_that_is_not_bundled_is_named(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.load_dataset({arguments})");
    }

    [Fact]
    public async Task Loading_is_part_of_its_transaction()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("DELETE FROM pgml.linnerud");
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("SELECT pgml.load_dataset('linnerud')");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.linnerud")).ShouldBe(20);

        await session.ExecuteAsync("ROLLBACK");

        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.linnerud")).ShouldBe(0);
    }

    [Fact]
    public async Task Views_on_an_earlier_copy_go_with_it_and_are_named()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.load_dataset('linnerud')");
        await session.ExecuteAsync("CREATE VIEW exercises AS SELECT chins, situps FROM pgml.linnerud");

        await session.ExecuteAsync("SELECT pgml.load_dataset('linnerud')");

        session.Notices.ShouldContain(notice => notice.Contains("exercises", StringComparison.Ordinal));
        await session.FailAsync("42P01", "SELECT * FROM exercises");
    }
}
