using Shouldly;
using Xunit;

namespace Graincast.Sql.Keys;

/// <summary>A prediction by key is what pgml.predict answers for the committed row, or an error that says why not.</summary>
public sealed class PredictByKeyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Every_row_is_answered_bit_for_bit_as_predict_answers_it()
    {
        var rows = await KeyedRows.CreateAsync(database, "all");
        await using var session = await rows.OpenAsync();

        (await session.ScalarAsync<long>($"""
            SELECT count(*) FILTER (WHERE float4send(pgml.predict_by_key('{rows.Role}', id)) = float4send(pgml.predict('{rows.Role}', whole))) FROM {rows.Table} whole
            """)).ShouldBe(KeyedRows.Count);
    }

    [Fact]
    public async Task A_key_may_have_any_type_and_several_columns()
    {
        var rows = await KeyedRows.CreateAsync(database, "types");
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"""
            SET DateStyle = 'German';
            CREATE TABLE {rows.Role}.dated AS SELECT date '2026-02-01' + id AS day, 'k"\, ' || id AS name, md5(id::text)::uuid AS code, r.* FROM {rows.Table} r;
            GRANT SELECT ON {rows.Role}.dated TO graincast
            """);
        foreach (var (columns, key) in new[] { ("{day}", "day"), ("{name}", "name"), ("{code}", "code"), ("{day,name}", "ROW(day, name)"), ("{id}", "id::bigint"), ("{id}", "id::text") })
        {
            await session.ExecuteAsync($"SELECT pgml.drop_feature_source('{rows.Role}')");
            await session.ExecuteAsync($"SELECT pgml.create_feature_source('{rows.Role}', '{rows.Role}.dated', '{columns}')");

            (await session.ScalarAsync<long>($"""
                SELECT count(*) FILTER (WHERE pgml.predict_by_key('{rows.Role}', {key}) = pgml.predict('{rows.Role}', whole)) FROM {rows.Role}.dated whole WHERE id <= 20
                """)).ShouldBe(20, key);
        }
    }

    [Fact]
    public async Task A_key_without_a_row_and_one_with_two_are_errors_that_name_it()
    {
        var rows = await KeyedRows.CreateAsync(database, "none");
        await using var session = await rows.OpenAsync();

        await session.RefuseAsync("P0002", $"no row of {rows.Table} has id = 0", $"SELECT pgml.predict_by_key('{rows.Role}', 0)");
        await session.FailAsync("22P02", $"SELECT pgml.predict_by_key('{rows.Role}', 'seven')");
        await session.RefuseAsync("22023", "2 parts", $"SELECT pgml.predict_by_key('{rows.Role}', ROW(7, 7))");
        await session.RefuseAsync("22004", "part 1", $"SELECT pgml.predict_by_key('{rows.Role}', ROW(NULL::int))");
        await session.RefuseAsync("42704", "no such", "SELECT pgml.predict_by_key('no such', 7)");
        (await session.ScalarAsync<float?>($"SELECT pgml.predict_by_key('{rows.Role}', NULL::int)")).ShouldBeNull();
        await session.ExecuteAsync($"SELECT pgml.drop_feature_source('{rows.Role}'), pgml.create_feature_source('{rows.Role}', '{rows.Table}', '{"{s}"}')");
        await session.RefuseAsync("21000", "s = 7", rows.PredictSeven);
        await session.MustLiveOnAsync();
    }

    [Fact]
    public async Task Rows_and_deployments_count_from_their_commit_on()
    {
        var rows = await KeyedRows.CreateAsync(database, "commit");
        await using var session = await rows.OpenAsync();
        await using var writer = await rows.OpenAsync();
        var first = await session.ScalarAsync<float>(rows.PredictSeven);

        await writer.ExecuteAsync($"BEGIN; UPDATE {rows.Table} SET id = -id, y = 1000; {rows.Train.Replace("lightgbm", "linear").Replace("native", "one_hot")}");
        await writer.ExecuteAsync($"SELECT pgml.deploy('{rows.Role}', 'most_recent')");
        (await session.ScalarAsync<float>(rows.PredictSeven)).ShouldBe(first);
        await writer.ExecuteAsync("COMMIT");
        await session.RefuseAsync("P0002", "id = 7", rows.PredictSeven);
        (await session.ScalarAsync<float>($"SELECT pgml.predict_by_key('{rows.Role}', -7)")).ShouldBe(1000, 1);

        for (var i = 0; i < 20; i++)
        {
            await writer.ExecuteAsync($"SELECT pgml.deploy('{rows.Role}', 'rollback')");
            (await session.ScalarAsync<float>($"SELECT pgml.predict_by_key('{rows.Role}', -7)")).ShouldBe(first, 30);
            await writer.ExecuteAsync($"SELECT pgml.deploy('{rows.Role}', 'most_recent')");
            (await session.ScalarAsync<float>($"SELECT pgml.predict_by_key('{rows.Role}', -7)")).ShouldBe(1000, 1);
        }
    }

    [Fact]
    public async Task Columns_that_change_are_read_anew_and_those_that_no_longer_fit_are_named()
    {
        var rows = await KeyedRows.CreateAsync(database, "change");
        await using var session = await rows.OpenAsync();
        var answer = await session.ScalarAsync<float>(rows.PredictSeven);
        await session.ExecuteAsync($"DROP VIEW {rows.Role}.learnt");

        await session.ExecuteAsync($"ALTER TABLE {rows.Table} ALTER s TYPE bigint, ADD COLUMN more text, ALTER v TYPE text");
        (await session.ScalarAsync<float>(rows.PredictSeven)).ShouldBe(answer);
        await session.ExecuteAsync($"UPDATE {rows.Table} SET d = NULL WHERE id = 7");
        await session.RefuseAsync("22004", "\"d\"", rows.PredictSeven);
        await session.ExecuteAsync($"UPDATE {rows.Table} SET d = 1e300 WHERE id = 7");
        await session.RefuseAsync("22003", "\"d\"", rows.PredictSeven);
        await session.ExecuteAsync($"UPDATE {rows.Table} SET d = 1, pair = '{"{1,2,3}"}' WHERE id = 7");
        await session.RefuseAsync("22023", "\"pair\" has 2 numbers", rows.PredictSeven);
        await session.ExecuteAsync($"ALTER TABLE {rows.Table} DROP s");
        await session.RefuseAsync("42703", "\"s\"", rows.PredictSeven);
        await session.ExecuteAsync($"ALTER TABLE {rows.Table} ADD s date");
        await session.RefuseAsync("42804", "\"s\"", rows.PredictSeven);
        await session.ExecuteAsync($"DROP TABLE {rows.Table}");
        await session.RefuseAsync("42P01", rows.Table, rows.PredictSeven);
        await session.MustLiveOnAsync();
    }

    [Fact]
    public async Task A_project_is_predicted_with_by_its_owners_alone()
    {
        var rows = await KeyedRows.CreateAsync(database, "owner");
        var stranger = await database.CreateRoleAsync("stranger");
        await using var superuser = await database.OpenAsync();
        await using var session = await database.OpenAsync(stranger);

        await session.RefuseAsync("42501", rows.Role, rows.PredictSeven);
        await superuser.ExecuteAsync($"GRANT {rows.Role} TO {stranger}");
        await session.ScalarAsync<float>(rows.PredictSeven);
        await superuser.ExecuteAsync($"REVOKE SELECT ON {rows.Table} FROM graincast");
        (await session.RefuseAsync("42501", "graincast", rows.PredictSeven)).Hint.ShouldNotBeNull().ShouldContain($"GRANT SELECT ON {rows.Table} TO");
    }
}
