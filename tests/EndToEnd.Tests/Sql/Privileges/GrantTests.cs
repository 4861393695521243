using Shouldly;
using Xunit;

namespace Graincast.Sql.Privileges;

/// <summary>A project's owner grants it to other roles: to predict, to train, or to own.</summary>
public sealed class GrantTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("predict", "")]
    [InlineData("train", "td")]
    [InlineData("owner", "tdgrx")]
    public async Task A_role_may_do_what_it_is_granted_and_no_more(string privilege, string allowed)
    {
        var project = $"granted {privilege}";
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        var role = await database.CreateRoleAsync("taker");
        await using var taker = await database.OpenAsync(role);
        await owner.TrainAndDeployLineAsync(project, 2);
        await taker.FailAsync("42501", $"SELECT pgml.predict('{project}', ARRAY[1]::real[])");

        await owner.ExecuteAsync($"SELECT pgml.grant_project('{project}', '{role}', '{privilege}')");

        (await taker.SlopeAsync(project)).ShouldBe(2);
        foreach (var (mark, sql) in new[]
        {
            ('t', $"SELECT pgml.train('{project}', 'regression', 'line_3', 'y')"), ('d', $"SELECT pgml.deploy('{project}', 'most_recent')"),
            ('g', $"SELECT pgml.grant_project('{project}', 'pg_monitor', 'predict')"), ('r', $"SELECT pgml.revoke_project('{project}', 'pg_monitor', 'predict')"),
            ('x', $"SELECT pgml.drop_project('{project}')"),
        })
        {
            await (allowed.Contains(mark, StringComparison.Ordinal) ? taker.ExecuteAsync(sql) : taker.FailAsync("42501", sql));
        }
        if (privilege == "train")
        {
            (await owner.SlopeAsync(project)).ShouldBe(3);
            (await owner.ScalarAsync<string>($"SELECT owner::text FROM pgml.projects WHERE name = '{project}'")).ShouldStartWith("giver");
        }
    }

    [Fact]
    public async Task What_is_taken_back_is_gone_with_the_next_statement_of_every_session()
    {
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        var role = await database.CreateRoleAsync("taker");
        await using var taker = await database.OpenAsync(role);
        await owner.TrainAndDeployLineAsync("lent", 2);
        await owner.ExecuteAsync("BEGIN");
        await owner.ExecuteAsync($"SELECT pgml.grant_project('lent', '{role}', 'predict')");
        await taker.FailAsync("42501", "SELECT pgml.predict('lent', ARRAY[1]::real[])");
        await owner.ExecuteAsync("ROLLBACK");
        await taker.FailAsync("42501", "SELECT pgml.predict('lent', ARRAY[1]::real[])");

        for (var turn = 0; turn < 5; turn++)
        {
            await owner.ExecuteAsync($"SELECT pgml.grant_project('lent', '{role}', 'predict')");
            (await taker.SlopeAsync("lent")).ShouldBe(2);
            await owner.ExecuteAsync($"SELECT pgml.revoke_project('lent', '{role}', 'predict')");
            await taker.FailAsync("42501", "SELECT pgml.predict('lent', ARRAY[1]::real[])");
        }
    }

    [Fact]
    public async Task A_grant_to_a_group_is_one_to_its_members_and_is_listed()
    {
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        var group = await database.CreateRoleAsync("group");
        var role = await database.CreateRoleAsync("member");
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"GRANT {group} TO {role}");
        await using var member = await database.OpenAsync(role);
        await owner.TrainAndDeployLineAsync("for a group", 2);

        await owner.ExecuteAsync($"SELECT pgml.grant_project('for a group', '{group}', 'predict'), pgml.grant_project('for a group', '{group}', 'train')");
        await owner.ExecuteAsync($"SELECT pgml.grant_project('for a group', '{group}', 'train')");

        (await member.SlopeAsync("for a group")).ShouldBe(2);
        (await member.RowsAsync("SELECT project, role, privilege FROM pgml.project_grants WHERE project = 'for a group' ORDER BY privilege"))
            .ShouldBe([["for a group", group, "predict"], ["for a group", group, "train"]]);
        await superuser.ExecuteAsync($"REVOKE {group} FROM {role}");
        await member.FailAsync("42501", "SELECT pgml.predict('for a group', ARRAY[1]::real[])");
    }

    /// <summary>Its functions would run as whoever trains the project again by its name.</summary>
    [Fact]
    public async Task A_grantees_relation_is_not_trained_on_again_without_being_named()
    {
        var giver = await database.CreateRoleAsync("giver");
        await using var owner = await database.OpenAsync(giver);
        var role = await database.CreateRoleAsync("taker");
        await using var taker = await database.OpenAsync(role);
        await using var superuser = await database.OpenAsync();
        await owner.TrainAndDeployLineAsync("trusting", 2);
        await superuser.ExecuteAsync($"CREATE SCHEMA takers AUTHORIZATION {role}");
        await taker.ExecuteAsync("CREATE FUNCTION takers.double(x real) RETURNS real LANGUAGE plpgsql AS $f$ BEGIN EXECUTE format('CREATE TABLE takers.seen_%s ()', current_user); RETURN 2 * x; EXCEPTION WHEN OTHERS THEN RETURN 2 * x; END $f$");
        await taker.ExecuteAsync("CREATE VIEW takers.trap AS SELECT x, takers.double(x) AS y FROM line_1; GRANT USAGE ON SCHEMA takers TO PUBLIC; GRANT SELECT ON takers.trap TO PUBLIC");
        await owner.ExecuteAsync($"SELECT pgml.grant_project('trusting', '{role}', 'train')");
        await taker.ExecuteAsync("SELECT pgml.train('trusting', 'regression', 'takers.trap', 'y')");

        foreach (var session in new[] { owner, superuser })
        {
            (await session.FailAsync("42501", "SELECT pgml.train('trusting')")).Hint!.ShouldContain("relation_name => 'takers.trap'");
        }
        await taker.ExecuteAsync("SELECT pgml.train('trusting')");
        await owner.ExecuteAsync("SELECT pgml.train('trusting', 'regression', 'line_3', 'y')");
        await superuser.ExecuteAsync("SELECT pgml.train('trusting')");
        (await superuser.ScalarAsync<long>($"SELECT count(*) FROM pg_class WHERE relname IN ('seen_{giver}', 'seen_postgres')")).ShouldBe(0);
    }

    [Theory]
    [InlineData("42704", "'nobodys', 'postgres', 'predict'")]
    [InlineData("42704", "'bad grants', 'no such role', 'predict'")]
    [InlineData("22023", "'bad grants', 'postgres', 'read'")]
    [InlineData("22023", "'bad grants', 'postgres', ''")]
    [InlineData("22004", "NULL, 'postgres', 'predict'")]
    [InlineData("22004", "'bad grants', NULL, 'predict'")]
    [InlineData("22004", "'bad grants', 'postgres', NULL")]
    public async Task What_cannot_be_granted_is_refused(string sqlState, string arguments)
    {
        await using var owner = await database.OpenAsync();
        await owner.TrainAndDeployLineAsync("bad grants", 2);

        await owner.FailAsync(sqlState, $"SELECT pgml.grant_project({arguments})");
    }

    [Fact]
    public async Task A_seventeenth_grant_is_refused_in_favour_of_a_group()
    {
        await using var owner = await database.OpenAsync();
        await owner.TrainAndDeployLineAsync("much granted", 2);
        for (var i = 0; i < 16; i++)
        {
            await owner.ExecuteAsync($"SELECT pgml.grant_project('much granted', '{await database.CreateRoleAsync("many")}', 'predict')");
        }

        (await owner.FailAsync("54000", "SELECT pgml.grant_project('much granted', 'pg_monitor', 'predict')")).Hint!.ShouldContain("GRANT");
        (await owner.ScalarAsync<long>("SELECT count(*) FROM pgml.project_grants WHERE project = 'much granted'")).ShouldBe(16);
    }
}
