using Shouldly;
using Xunit;

namespace Graincast.Sql.Keys;

/// <summary>From which relation predictions by key read is decided by who owns it and the project.</summary>
public sealed class FeatureSourceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_source_is_seen_in_the_view_until_it_is_dropped()
    {
        var rows = await KeyedRows.CreateAsync(database, "view");
        await using var session = await rows.OpenAsync();

        var source = (await session.RowsAsync("SELECT relation_name, key_columns FROM pgml.feature_sources WHERE name = $1", rows.Role)).ShouldHaveSingleItem();
        source[0].ShouldBe(rows.Table);
        source[1].ShouldBe(new[] { "id" });
        await session.RefuseAsync("42710", rows.Role, $"SELECT pgml.create_feature_source('{rows.Role}', '{rows.Table}')");
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync($"SELECT pgml.drop_feature_source('{rows.Role}')");
        await session.ExecuteAsync("ROLLBACK");
        await session.ScalarAsync<float>(rows.PredictSeven);
        await session.ExecuteAsync($"SELECT pgml.drop_feature_source('{rows.Role}')");
        await session.RefuseAsync("55000", "no feature source", rows.PredictSeven);
        await session.RefuseAsync("42704", "no feature source", $"SELECT pgml.drop_feature_source('{rows.Role}')");
    }

    [Theory]
    [InlineData("42704", "no such", "'no such', '{rows}'")]
    [InlineData("42P01", "nowhere", "'{role}', 'nowhere'")]
    [InlineData("42703", "nix", "'{role}', '{rows}', '{{nix}}'")]
    [InlineData("42701", "\"id\"", "'{role}', '{rows}', '{{id,id}}'")]
    [InlineData("22023", "empty", "'{role}', '{rows}', '{{}}'")]
    [InlineData("22023", "primary key", "'{role}', '{role}.learnt'")]
    [InlineData("22004", "project_name", "NULL, '{rows}'")]
    [InlineData("22004", "relation_name", "'{role}', NULL")]
    [InlineData("22004", "key_columns", "'{role}', '{rows}', ARRAY[NULL]")]
    [InlineData("42501", "line_1", "'{role}', 'line_1'")]
    [InlineData("42501", "hidden", "'{role}', '{role}.hidden'")]
    [InlineData("0A000", "row-level security", "'{role}', '{role}.guarded'")]
    [InlineData("0A000", "temporary", "'{role}', 'passing'")]
    [InlineData("42809", "numbers", "'{role}', '{role}.numbers'")]
    public async Task What_cannot_be_a_source_is_refused_by_name(string sqlState, string thing, string arguments)
    {
        var rows = await KeyedRows.CreateAsync(database, "refused");
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"""
            SELECT pgml.drop_feature_source('{rows.Role}');
            CREATE TABLE {rows.Role}.hidden (id int PRIMARY KEY); CREATE SEQUENCE {rows.Role}.numbers; CREATE TEMPORARY TABLE passing (id int PRIMARY KEY);
            CREATE TABLE {rows.Role}.guarded (id int PRIMARY KEY); ALTER TABLE {rows.Role}.guarded ENABLE ROW LEVEL SECURITY
            """);

        var call = "SELECT pgml.create_feature_source(" + arguments.Replace("{rows}", rows.Table).Replace("{role}", rows.Role).Replace("{{", "{").Replace("}}", "}") + ")";
        if (sqlState == "42P01")
        {
            await session.FailAsync(sqlState, call);
        }
        else
        {
            await session.RefuseAsync(sqlState, thing, call);
        }
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.feature_sources WHERE name = $1", rows.Role)).ShouldBe(0);
    }

    [Fact]
    public async Task Row_level_security_that_comes_later_is_refused()
    {
        var rows = await KeyedRows.CreateAsync(database, "later");
        await using var session = await rows.OpenAsync();
        await session.ScalarAsync<float>(rows.PredictSeven);

        await session.ExecuteAsync($"ALTER TABLE {rows.Table} ENABLE ROW LEVEL SECURITY");

        await session.RefuseAsync("0A000", "row-level security", rows.PredictSeven);
    }

    [Fact]
    public async Task What_a_view_runs_it_runs_as_its_owner_and_never_as_the_silo()
    {
        var rows = await KeyedRows.CreateAsync(database, "spy");
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"""
            CREATE FUNCTION {rows.Role}.spy(id int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
                IF current_user <> '{rows.Role}' THEN RAISE EXCEPTION 'ran as %', current_user; END IF;
                BEGIN PERFORM pgml.source_rows('{rows.Role}', 1, '{"{key}"}', '{"{7}"}'); RAISE EXCEPTION 'called within'; EXCEPTION WHEN insufficient_privilege THEN NULL; END;
                PERFORM * FROM graincast.token_keys;
                RAISE EXCEPTION 'read the keys';
            EXCEPTION WHEN insufficient_privilege THEN RETURN id;
            END $$;
            CREATE VIEW {rows.Role}.watched AS SELECT {rows.Role}.spy(id) AS key, r.* FROM {rows.Table} r;
            GRANT SELECT ON {rows.Role}.watched TO graincast;
            SELECT pgml.drop_feature_source('{rows.Role}'), pgml.create_feature_source('{rows.Role}', '{rows.Role}.watched', '{"{key}"}')
            """);

        await session.ScalarAsync<float>(rows.PredictSeven);
        await session.FailAsync("42501", $"SELECT * FROM pgml.source_rows('{rows.Role}', 1, '{"{r}"}', '{"{7}"}')");
    }

    [Fact]
    public async Task A_relation_that_has_another_owner_is_read_no_more()
    {
        var rows = await KeyedRows.CreateAsync(database, "given");
        var other = await database.CreateRoleAsync("taker");
        await using var superuser = await database.OpenAsync();
        await using var session = await rows.OpenAsync();
        await session.ScalarAsync<float>(rows.PredictSeven);

        await superuser.ExecuteAsync($"ALTER TABLE {rows.Table} OWNER TO {other}");

        await session.RefuseAsync("42501", rows.Table, rows.PredictSeven);
        await session.ExecuteAsync($"SELECT pgml.predict('{rows.Role}', NULL::real[])");
    }

    [Fact]
    public async Task A_key_whose_type_has_no_equality_finds_no_row()
    {
        var rows = await KeyedRows.CreateAsync(database, "unequal");
        await using var superuser = await database.OpenAsync();
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"""
            SELECT pgml.drop_feature_source('{rows.Role}');
            CREATE TABLE {rows.Role}.documents AS SELECT json_build_object('id', id) AS key, * FROM {rows.Table}
            """);
        await superuser.ExecuteAsync($"GRANT SELECT ON {rows.Role}.documents TO graincast");
        await session.ExecuteAsync($"SELECT pgml.create_feature_source('{rows.Role}', '{rows.Role}.documents', '{{key}}')");

        await session.RefuseAsync("42883", "type json", $"SELECT pgml.predict_by_key('{rows.Role}', 'null')");
    }

    [Fact]
    public async Task A_source_goes_with_its_project()
    {
        var rows = await KeyedRows.CreateAsync(database, "gone");
        await using var superuser = await database.OpenAsync();
        await using var session = await rows.OpenAsync();
        await session.ScalarAsync<float>(rows.PredictSeven);

        await superuser.ExecuteAsync("DELETE FROM pgml.projects WHERE name = $1", rows.Role);

        await session.RefuseAsync("42704", rows.Role, rows.PredictSeven);
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM pgml.sources WHERE relation_name = $1", rows.Table)).ShouldBe(0);
        await session.ExecuteAsync(rows.Train);
        await session.ExecuteAsync($"SELECT pgml.create_feature_source('{rows.Role}', '{rows.Table}')");
        await session.ScalarAsync<float>(rows.PredictSeven);
    }
}
