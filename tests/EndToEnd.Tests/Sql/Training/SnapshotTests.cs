using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary><c>pgml.snapshot</c>: what a training would be on, written down without one.</summary>
public sealed class SnapshotTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Last = """
        SELECT relation_name, y_column_name, test_size, test_sampling::text, status, columns::text, preprocess::text, materialized FROM pgml.snapshots ORDER BY id DESC LIMIT 1
        """;

    [Fact]
    public async Task A_snapshot_has_the_row_that_a_training_would_have_written()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            SELECT pgml.train('written', 'classification', 'pgml.wine', 'target', test_size => 30, test_sampling => 'random', preprocess => '{"alcohol": {"scale": "standard"}}')
            """);
        var written = await session.RowsAsync(Last);
        var trained = await session.ScalarAsync<long>("SELECT count(*) FROM pgml.models");

        (await session.RowsAsync("""
            SELECT relation, y_column_name FROM pgml.snapshot(relation_name => 'pgml.wine', y_column_name => 'target', test_size => 30, test_sampling => 'random',
                preprocess => '{"alcohol": {"scale": "standard"}}')
            """)).ShouldHaveSingleItem().ShouldBe(["pgml.wine", "target"]);

        (await session.RowsAsync(Last)).ShouldHaveSingleItem().ShouldBe(written.ShouldHaveSingleItem());
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.models")).ShouldBe(trained);
    }

    [Fact]
    public async Task Only_relation_and_label_are_needed_and_without_a_label_all_columns_are_features()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.snapshot('line_2', 'y')");
        var row = (await session.RowsAsync(Last)).ShouldHaveSingleItem();
        row[..4].ShouldBe(["public.line_2", new[] { "y" }, 0.25f, "stratified"]);
        (await session.RowsAsync("SELECT * FROM pgml.snapshot('line_2', NULL)")).ShouldHaveSingleItem().ShouldBe(["public.line_2", null]);
        (await session.ScalarAsync<bool>("SELECT y_column_name IS NULL FROM pgml.snapshots ORDER BY id DESC LIMIT 1")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_rollback_takes_it_back()
    {
        await using var session = await database.OpenAsync();
        var before = await session.ScalarAsync<long>("SELECT count(*) FROM pgml.snapshots");

        await session.ExecuteAsync("BEGIN; SELECT pgml.snapshot('line_3', 'y')");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.snapshots")).ShouldBe(before + 1);
        await session.ExecuteAsync("ROLLBACK");

        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.snapshots")).ShouldBe(before);
    }

    [Fact]
    public async Task Whoever_may_not_read_a_relation_takes_no_snapshot_of_it()
    {
        var role = await database.CreateRoleAsync("watcher");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(role);
        await superuser.ExecuteAsync("CREATE TABLE hidden AS SELECT * FROM line_1; CREATE SCHEMA shut; CREATE TABLE shut.hidden AS SELECT * FROM line_1");

        await session.RefuseAsync("42501", "hidden", "SELECT pgml.snapshot('hidden', 'y')");
        await session.FailAsync("42501", "SELECT pgml.snapshot('shut.hidden', 'y')");
        await superuser.ExecuteAsync($"GRANT SELECT (x) ON hidden TO {role}");
        await session.RefuseAsync("42501", "hidden", "SELECT pgml.snapshot('hidden', 'y')");
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.snapshots WHERE relation_name LIKE '%hidden'")).ShouldBe(0);
        await superuser.ExecuteAsync($"GRANT SELECT (y) ON hidden TO {role}");

        await session.ExecuteAsync("SELECT pgml.snapshot('hidden', 'y')");
    }

    [Theory]
    [InlineData("42703", "z", "'line_1', 'z'")]
    [InlineData("22023", "test_size", "'line_1', 'y', -1")]
    [InlineData("22023", "test_size", "'line_1', 'y', 1.5")]
    [InlineData("22023", "test_size", "'line_1', 'y', 'NaN'")]
    [InlineData("22023", "nothing", "'line_1', 'y', preprocess => '{\"nothing\": {\"impute\": \"mean\"}}'")]
    [InlineData("22023", "\"y\"", "'line_1', 'y', preprocess => '{\"x\": {}, \"y\": {\"impute\": \"mean\"}}'")]
    [InlineData("22023", "preprocess", "'line_1', 'y', preprocess => '[]'")]
    [InlineData("22004", "relation_name", "NULL, 'y'")]
    [InlineData("22004", "test_sampling", "'line_1', 'y', test_sampling => NULL")]
    [InlineData("42804", "when", "'dated', 'y'")]
    [InlineData("42809", "line_1_seq", "'line_1_seq', 'y'")]
    public async Task A_snapshot_that_cannot_be_is_named(string sqlState, string thing, string arguments)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE IF NOT EXISTS dated (\"when\" timestamptz, y real); CREATE SEQUENCE IF NOT EXISTS line_1_seq");

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.snapshot({arguments})");
    }

    [Fact]
    public async Task A_relation_that_is_not_there_is_named()
    {
        await using var session = await database.OpenAsync();

        (await session.FailAsync("42P01", "SELECT pgml.snapshot('nowhere', 'y')")).MessageText.ShouldContain("nowhere");
        await session.FailAsync("25006", "BEGIN READ ONLY; SELECT pgml.snapshot('line_1', 'y')");
    }
}
