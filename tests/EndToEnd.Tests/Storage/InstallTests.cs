using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

/// <summary><c>graincast install</c> in a database of the user's own.</summary>
public sealed class InstallTests(GraincastServer server)
{
    [Fact]
    public async Task Two_installers_at_once_both_succeed_and_a_third_finds_nothing_to_do()
    {
        var connection = await CreateDatabaseAsync("installed_twice");

        var both = await Task.WhenAll(InstallAsync(connection, "shop silo"), InstallAsync(connection, "shop silo"));
        var third = await InstallAsync(connection, "shop silo");

        both.ShouldAllBe(result => result.ExitCode == 0);
        both.Sum(result => result.Output.Split('\n').Count(line => line.StartsWith("ran ", StringComparison.Ordinal))).ShouldBe(12);
        third.Output.Trim().ShouldBe("The database is already at this version.", third.ToString());
        await using var source = NpgsqlDataSource.Create(connection);
        (await AskAsync(source, "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'graincast'")).ShouldBe("shop silo");
        (await AskAsync(source, "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'pgml'")).ShouldBe("postgres");
        (await AskAsync(source, "SELECT concat(rolsuper, rolcreaterole, rolcanlogin) FROM pg_roles WHERE rolname = 'shop silo'")).ShouldBe("fft");
    }

    [Theory]
    [InlineData("INSERT INTO pgml.projects (name, task, owner) VALUES ('x', 'regression', 'x')")]
    [InlineData("DELETE FROM pgml.models")]
    [InlineData("CREATE TABLE pgml.mine ()")]
    public async Task The_silos_role_may_read_the_catalog_and_not_write_it(string sql)
    {
        await using var connection = await server.Superuser.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SET ROLE graincast; SELECT count(*) FROM pgml.files", connection);
        await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);

        command.CommandText = sql;
        var refused = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    private static Task<Cli.Result> InstallAsync(string connection, string role) => Cli.GraincastAsync("install", "--connection", connection, "--silo-role", role);

    private async Task<string> CreateDatabaseAsync(string name)
    {
        await using var create = server.Superuser.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        var connection = server.ConnectionString();
        connection.Database = name;
        connection.Pooling = false;
        return connection.ConnectionString;
    }

    private static async Task<string?> AskAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }
}
