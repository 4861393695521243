using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>All rows of a relation, scored in batches of the kernel.</summary>
public sealed class TableTests(TableTests.Orchard orchard) : IClassFixture<TableTests.Orchard>
{
    /// <summary>More than two batches, and a rest.</summary>
    private const int Rows = 2500;

    [Theory]
    [InlineData("grove")]
    [InlineData("other_way_round")]
    [InlineData("in_parts")]
    public async Task Every_row_of_a_table_a_view_or_partitions_has_the_answer_of_predict_bit_for_bit(string relation)
    {
        await using var session = await orchard.Database.OpenAsync();
        var model = await session.LastModelAsync("grove");

        foreach (var by in new[] { "'grove'", $"{model}::bigint" })
        {
            (await session.RowsAsync($"""
                SELECT count(*), count(DISTINCT prediction), count(*) FILTER (WHERE prediction IS DISTINCT FROM pgml.predict('grove', g))
                FROM grove g FULL JOIN pgml.predict_table({by}, '{relation}', 'id') ON key = id::text
                """)).ShouldHaveSingleItem().ShouldBe([(long)Rows, 3L, 0L], by);
        }
    }

    [Fact]
    public async Task The_key_is_any_column_as_text_also_a_feature_or_NULL()
    {
        await using var session = await orchard.Database.OpenAsync();

        (await session.ColumnAsync<string>("SELECT DISTINCT key FROM pgml.predict_table(project_name => 'grove', relation => 'grove', key => 'ripe') ORDER BY 1")).ShouldBe(["false", "true"]);
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.predict_table('grove', 'grove', 'weight') WHERE key IS NULL")).ShouldBe(Rows / 10);
        (await session.ScalarAsync<string>("SELECT (pgml.predict_table('grove', 'other_way_round', 'Its Name')).key ORDER BY 1 LIMIT 1")).ShouldBe("tree 1");
    }

    [Fact]
    public async Task Rows_are_those_that_the_statement_sees()
    {
        await using var session = await orchard.Database.OpenAsync();
        await using var other = await orchard.Database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE seen AS SELECT * FROM grove WHERE id <= 3");
        const string Keys = "SELECT string_agg(key, ',' ORDER BY key) FROM pgml.predict_table('grove', 'seen', 'id')";

        await session.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        (await session.ScalarAsync<string>(Keys)).ShouldBe("1,2,3");
        await other.ExecuteAsync("INSERT INTO seen SELECT * FROM grove WHERE id = 4");
        await session.ExecuteAsync("INSERT INTO seen SELECT * FROM grove WHERE id = 5");

        (await session.ScalarAsync<string>(Keys)).ShouldBe("1,2,3,5");
        await session.ExecuteAsync("COMMIT");
        (await session.ScalarAsync<string>(Keys)).ShouldBe("1,2,3,4,5");
    }

    [Fact]
    public async Task Rows_are_read_as_the_caller_who_needs_no_right_to_the_label()
    {
        var role = await orchard.Database.CreateRoleAsync("picker");
        await using var superuser = await orchard.Database.OpenAsync();
        await using var session = await orchard.Database.OpenAsync(role);
        await superuser.ExecuteAsync($"CREATE TABLE fenced AS SELECT * FROM grove; SELECT pgml.grant_project('grove', '{role}', 'predict')");
        const string Count = "SELECT count(*) FROM pgml.predict_table('grove', 'fenced', 'id')";

        await session.FailAsync("42501", Count);
        await superuser.ExecuteAsync($"GRANT SELECT (id, weight, colour, sizes, price, ripe) ON fenced TO {role}");
        (await session.ScalarAsync<long>(Count)).ShouldBe(Rows);
        await superuser.ExecuteAsync("ALTER TABLE fenced ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON fenced USING (id <= 7)");
        (await session.ScalarAsync<long>(Count)).ShouldBe(7);
        await superuser.ExecuteAsync($"SELECT pgml.revoke_project('grove', '{role}', 'predict')");
        await session.RefuseAsync("42501", "grove", Count);
    }

    [Fact]
    public async Task Answers_that_do_not_fit_into_work_mem_go_to_disk()
    {
        await using var session = await orchard.Database.OpenAsync();
        await session.ExecuteAsync("SET work_mem = '64kB'");

        string.Join('\n', await session.ColumnAsync<string>("EXPLAIN (ANALYZE, BUFFERS, TIMING off) SELECT * FROM pgml.predict_table('grove', 'grove', 'id')")).ShouldContain("temp read=");
    }

    [Fact]
    public async Task A_relation_without_rows_has_no_answers()
    {
        await using var session = await orchard.Database.OpenAsync();
        await session.ExecuteAsync("CREATE VIEW bare AS SELECT * FROM grove WHERE false");

        (await session.RowsAsync("SELECT * FROM pgml.predict_table('grove', 'bare', 'id')")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("42704", "nowhere", "'nowhere', 'grove', 'id'")]
    [InlineData("42704", "model 0 ", "0, 'grove', 'id'")]
    [InlineData("42P01", "OID 7", "'grove', 7, 'id'")]
    [InlineData("42703", "nr", "'grove', 'grove', 'nr'")]
    [InlineData("42703", "\"\"", "'grove', 'grove', ''")]
    [InlineData("42703", "weight", "'grove', 'line_1', 'x'")]
    [InlineData("42804", "colour", "'grove', 'numbers', 'id'")]
    [InlineData("22023", "sizes", "'grove', 'longer', 'id'")]
    [InlineData("22004", "x", "'line', 'gaps', 'id'")]
    [InlineData("22003", "x", "'line', 'beyond', 'id'")]
    [InlineData("22004", "key", "'grove', 'grove', NULL")]
    [InlineData("22004", "relation", "'grove', to_regclass('nowhere'), 'id'")]
    [InlineData("22004", "project_name", "NULL::text, 'grove', 'id'")]
    [InlineData("0A000", "decomposition", "'parts', 'pgml.iris', 'target'")]
    public async Task What_cannot_be_answered_is_named(string sqlState, string thing, string arguments)
    {
        await using var session = await orchard.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT * FROM pgml.predict_table({arguments})");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.predict_table('grove', 'grove', 'id')")).ShouldBe(Rows);
    }

    [Fact]
    public async Task A_relation_that_does_not_exist_is_Postgres_own_error()
    {
        await using var session = await orchard.Database.OpenAsync();

        (await session.FailAsync("42P01", "SELECT * FROM pgml.predict_table('grove', 'nowhere', 'id')")).MessageText.ShouldContain("nowhere");
    }

    /// <summary>A model of every type of column that there is, and relations that it can and cannot score.</summary>
    public sealed class Orchard(GraincastServer server) : IAsyncLifetime
    {
        public TestDatabase Database { get; } = new(server);

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            await using var session = await Database.OpenAsync();
            await session.ExecuteAsync($$"""
                CREATE TABLE grove AS
                    SELECT id, CASE WHEN id % 10 > 0 THEN (id % 7)::real END AS weight, CASE id % 2 WHEN 0 THEN 'grün' ELSE 'rot' END AS colour,
                        ARRAY[id % 3, id % 5] AS sizes, (id % 11)::numeric / 3 AS price, id % 4 = 1 AS ripe, id % 3 AS kind
                    FROM generate_series(1::bigint, {{Rows}}) id;
                CREATE VIEW other_way_round AS SELECT 'tree ' || id AS "Its Name", ripe, price::float8, sizes::bigint[], colour::varchar, weight, id FROM grove;
                CREATE TABLE in_parts (LIKE grove) PARTITION BY HASH (id);
                CREATE TABLE part_0 PARTITION OF in_parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE part_1 PARTITION OF in_parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                INSERT INTO in_parts SELECT * FROM grove;
                CREATE VIEW numbers AS SELECT id, weight, 1 AS colour, sizes, price, ripe FROM grove;
                CREATE VIEW longer AS SELECT id, weight, colour, sizes || 1::bigint AS sizes, price, ripe FROM grove;
                CREATE VIEW gaps AS SELECT id, nullif(id, {{Rows}}) AS x FROM grove;
                CREATE VIEW beyond AS SELECT id, id * 1e300::float8 AS x FROM grove;
                CREATE VIEW measures AS SELECT sepal_length, sepal_width, petal_length, petal_width FROM pgml.iris;
                SELECT pgml.train('grove', 'classification', 'grove', 'kind', 'lightgbm', exclude => ARRAY['id'],
                    preprocess => '{"weight": {"impute": "median"} }');
                SELECT pgml.train('parts', 'decomposition', 'measures', algorithm => 'pca');
                """);
            await session.TrainAndDeployLineAsync("line", 2);
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
