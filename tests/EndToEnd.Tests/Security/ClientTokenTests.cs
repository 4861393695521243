using Graincast.Projects;
using Graincast.Servers;
using Graincast.Sql;
using Shouldly;
using Xunit;
using Session = Graincast.Sql.Session;

namespace Graincast.Security;

/// <summary>pgml.client_token in SQL, and what a silo takes it for.</summary>
public sealed class ClientTokenTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("1 second")]
    [InlineData("15 minutes")]
    [InlineData("24 hours")]
    [InlineData("1 day")]
    [InlineData("2 days -24 hours")]
    public async Task A_token_is_a_text_and_another_one_a_millisecond_later(string interval)
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("bearer"));

        var token = await session.ScalarAsync<string>($"SELECT pgml.client_token('{interval}')");

        token.ShouldMatch("^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]{43}$");
        token.Length.ShouldBeLessThan(200);
        // It says when it was issued, in milliseconds: two of one millisecond are the same.
        await Wait.UntilAsync("a token of a later millisecond differs", async () => await session.ScalarAsync<string>($"SELECT pgml.client_token('{interval}')") != token);
    }

    [Theory]
    [InlineData("999 milliseconds")]
    [InlineData("0")]
    [InlineData("-1 second")]
    [InlineData("1 day 1 millisecond")]
    [InlineData("1 month")]
    [InlineData("1 month -29 days")]
    [InlineData("-1 month 31 days")]
    [InlineData("178000000 years")]
    [InlineData("2147483647 days 2562047788 hours")]
    [InlineData("-2147483648 days")]
    public async Task A_validity_out_of_bounds_is_refused(string interval)
    {
        await using var session = await database.OpenAsync();

        var error = await session.RefuseAsync(SqlState.InvalidParameter, "a token cannot be valid for", $"SELECT pgml.client_token('{interval}')");

        error.Hint.ShouldBe("Give valid_for an interval from 1 second to 1 day.");
    }

    [Fact]
    public async Task A_validity_that_is_NULL_is_refused()
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync(SqlState.NullNotAllowed, "valid_for", "SELECT pgml.client_token(NULL)");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("With \"quotes\" and 'more'")]
    [InlineData("“ü” 🌾 with spaces")]
    [InlineData("exactly_as_long_as_a_role_may_be_in_bytes_which_is_63_characters")]
    public async Task A_token_is_for_the_current_role_whatever_its_name(string name)
    {
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE ROLE {quoted}; GRANT SELECT ON line_2 TO graincast; SET ROLE {quoted}");
        var current = await session.ScalarAsync<string>("SELECT current_user::text");
        var token = await session.ScalarAsync<string>("SELECT pgml.client_token()");
        await using var client = await SdkClient.ConnectAsync(database.Server);
        var project = $"of {name}";

        var updates = await client.Project(database.Name, project, token)
            .TrainAsync(new TrainingRequest { Task = "regression", Relation = "line_2", Label = "y" }, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);

        updates[^1].Model.ShouldNotBeNull().IsDeployed.ShouldBeTrue();
        (await session.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = $1", project)).ShouldBe(current);
        (await session.SlopeAsync(project)).ShouldBe(2);
    }

    [Fact]
    public async Task A_token_ends_and_is_good_in_its_own_database_only()
    {
        var role = await database.CreateRoleAsync("bearer");
        await using var session = await database.OpenAsync(role);
        await session.ScalarAsync<string>("SELECT pgml.client_token()");
        await using var client = await SdkClient.ConnectAsync(database.Server);

        (await AskAsync(database.Name, await session.ScalarAsync<string>("SELECT pgml.client_token()"))).SqlState.ShouldBe(SqlState.UndefinedObject);
        (await AskAsync("graincast", await session.ScalarAsync<string>("SELECT pgml.client_token()"))).SqlState.ShouldBe(SqlState.InvalidAuthorization);
        (await AskAsync(database.Name, await SiloKeys.SignAsync(database.Server, role, database.Name, 0, TimeSpan.FromSeconds(-6)))).Message.ShouldContain("expired");
        (await AskAsync(database.Name, await SiloKeys.SignAsync(database.Server, role, database.Name, 0, cluster: "another"))).Message.ShouldContain("cluster \"another\"");
        (await AskAsync(database.Name, await SiloKeys.SignAsync(database.Server, role, database.Name, session.Pid))).Message.ShouldContain("not one for clients");
        (await AskAsync(database.Name, "rubbish")).SqlState.ShouldBe(SqlState.InvalidAuthorization);

        Task<GraincastException> AskAsync(string where, string token) => Should.ThrowAsync<GraincastException>(
            () => client.Project(where, "nobody's", token).PredictAsync(new FeatureRow { Numbers = [1] }, 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_keys_are_the_silos_alone()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("curious"), "graincast");
        await session.ScalarAsync<string>("SELECT pgml.client_token()");

        await session.FailAsync(SqlState.InsufficientPrivilege, "SELECT * FROM graincast.token_keys");
        await using var superuser = await database.OpenAsync(database: "graincast");
        (await superuser.ScalarAsync<long>("SELECT count(*) FROM graincast.token_keys")).ShouldBe(1);
        (await superuser.ScalarAsync<bool>("SELECT relacl IS NULL OR relacl::text NOT LIKE '%,%' FROM pg_class WHERE oid = 'graincast.token_keys'::regclass")).ShouldBeTrue();
    }
}
