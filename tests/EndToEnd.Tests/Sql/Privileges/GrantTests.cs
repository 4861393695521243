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
