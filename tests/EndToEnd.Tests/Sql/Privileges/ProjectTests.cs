using Shouldly;
using Xunit;

namespace Graincast.Sql.Privileges;

/// <summary>A project is its owner's: others neither train, deploy nor predict; members of the owner's role do.</summary>
public sealed class ProjectTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Another_role_neither_trains_deploys_drops_nor_predicts()
    {
        var role = await database.CreateRoleAsync("owner");
        await using var owner = await database.OpenAsync(role);
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("stranger"));
        var model = await owner.TrainAndDeployLineAsync("owned", 2);

        foreach (var call in new[]
        {
            "pgml.predict('owned', ARRAY[1]::real[])", "pgml.predict('owned', ROW(1))", $"pgml.predict({model}::bigint, ARRAY[1]::real[])", "pgml.predict_proba('owned', ARRAY[1]::real[])",
            "pgml.predict_batch('owned', ARRAY[1]::real[])", $"pgml.predict_batch({model}::bigint, ARRAY[1]::real[])", "pgml.decompose('owned', ARRAY[1]::real[])",
            "pgml.train('owned', 'regression', 'line_1', 'y')", "pgml.train('owned')", $"pgml.deploy({model})", "pgml.deploy('owned', 'best_score')",
            "pgml.predict_label('owned', ARRAY[1]::real[])", $"pgml.predict_label({model}::bigint, ROW(1))", $"pgml.drop_model({model})", "pgml.drop_project('owned')",
        })
        {
            (await stranger.RefuseAsync("42501", "owned", $"SELECT {call}")).Hint!.ShouldContain(role);
        }
        (await owner.SlopeAsync("owned")).ShouldBe(2);
        (await owner.ScalarAsync<long>("SELECT count(*) FROM pgml.trained_models WHERE name = 'owned'")).ShouldBe(1);
    }

    /// <summary>Cut off within a character, the name would be a message that strict clients and other encodings refuse.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public async Task A_long_name_is_cut_between_characters_in_the_message(string first)
    {
        await using var owner = await database.OpenAsync();
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("stranger"));
        var name = first + new string('é', 150);
        await owner.TrainLineAsync(name, 1);
        await owner.ExecuteAsync("SELECT pgml.deploy($1, 'most_recent')", name);

        (await stranger.RefuseAsync("42501", "ééé", "SELECT pgml.predict($1, ARRAY[1]::real[])", name)).MessageText.ShouldNotContain("\uFFFD");
    }

    [Fact]
    public async Task A_member_of_the_owner_role_and_the_superuser_do_all_of_it()
    {
        var role = await database.CreateRoleAsync("team");
        var memberRole = await database.CreateRoleAsync("member");
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"GRANT {role} TO {memberRole}");
        await using var owner = await database.OpenAsync(role);
        await using var member = await database.OpenAsync(memberRole);
        await owner.TrainAndDeployLineAsync("shared", 2);

        foreach (var session in new[] { member, superuser })
        {
            (await session.SlopeAsync("shared")).ShouldBe(2);
            await session.TrainAndDeployLineAsync("shared", 3);
            (await session.SlopeAsync("shared")).ShouldBe(3);
            await session.ExecuteAsync("SELECT pgml.deploy('shared', 'rollback')");
            (await session.SlopeAsync("shared")).ShouldBe(2);
            await session.ExecuteAsync("SELECT pgml.drop_model($1)", await session.LastModelAsync("shared"));
            (await session.SlopeAsync("shared")).ShouldBe(2);
        }
        (await owner.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = 'shared'")).ShouldBe(role);
        await superuser.ExecuteAsync($"REVOKE {role} FROM {memberRole}");
        await member.FailAsync("42501", "SELECT pgml.predict('shared', ARRAY[1]::real[])");
    }

    [Fact]
    public async Task A_session_that_changes_its_role_loses_the_right_with_its_next_call()
    {
        var role = await database.CreateRoleAsync("first");
        var other = await database.CreateRoleAsync("second");
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"SET ROLE {role}");
        await session.TrainAndDeployLineAsync("changing", 2);
        await session.ExecuteAsync("PREPARE ask AS SELECT pgml.predict('changing', ARRAY[10]::real[])");
        (await session.ScalarAsync<float>("EXECUTE ask")).ShouldBe(20f, 0.1);

        await session.ExecuteAsync($"SET ROLE {other}");

        await session.FailAsync("42501", "EXECUTE ask");
        await session.FailAsync("42501", "SELECT pgml.predict('changing', ARRAY[10]::real[])");
        await session.ExecuteAsync($"SET ROLE {role}");
        (await session.ScalarAsync<float>("EXECUTE ask")).ShouldBe(20f, 0.1);
    }

    [Fact]
    public async Task A_forged_pin_gives_no_rights_and_breaks_nothing()
    {
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("pinned"));
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("forger"));
        var model = await owner.TrainAndDeployLineAsync("pinned", 2);
        var mine = await stranger.TrainAndDeployLineAsync("mine", 3);
        var image = await owner.ScalarAsync<string>("SELECT encode(image_sha256, 'hex') FROM pgml.models WHERE id = $1", model);

        foreach (var id in new[] { model, mine, 4611686018427387 })
        {
            foreach (var sha256 in new[] { image, new string('0', 64) })
            {
                foreach (var name in new[] { "pinned", "mine", "nobody" })
                {
                    await stranger.ExecuteAsync($"SET graincast.pin = '{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name))}:{id}:{sha256}'");
                    await stranger.FailAsync("42501", "SELECT pgml.predict('pinned', ARRAY[1]::real[])");
                    await stranger.FailAsync("42501", $"SELECT pgml.predict({model}::bigint, ARRAY[1]::real[])");
                    if (id == mine)
                    {
                        (await stranger.SlopeAsync("mine")).ShouldBe(3);
                    }
                }
            }
        }
        await stranger.ExecuteAsync("RESET graincast.pin");
        (await stranger.SlopeAsync("mine")).ShouldBe(3);
        foreach (var junk in new[] { "x", "::", "61:1:zz", "61:1", ",", new string('a', 70_000), "🌾" })
        {
            await stranger.FailAsync("22023", $"SET graincast.pin = '{junk}'");
        }
    }

    [Fact]
    public async Task The_socket_is_the_superusers_to_set()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("socket"));

        await session.FailAsync("42501", "SET graincast.socket = '/tmp/my.sock'");

        (await session.ScalarAsync<string>("SHOW graincast.socket")).ShouldBe(database.Server.SiloSocket);
    }
}
