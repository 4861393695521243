using Graincast.Fuzzing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Privileges;

/// <summary>Roles without a right to a project try to use, replace, read or drop it, in a thousand ways.</summary>
public sealed class AttemptTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Count = 1000;

    [Fact]
    public async Task None_of_a_thousand_attempts_on_anothers_project_succeeds_and_nothing_of_it_changes()
    {
        var random = new Random(FuzzRun.Seed(nameof(AttemptTests)));
        var victim = await Victim.CreateAsync(database);
        await using var superuser = await database.OpenAsync();
        await using var stranger = await Thief.CreateAsync(database, "stranger", victim, random);
        await using var former = await Thief.CreateAsync(database, "former", victim, random);
        await using (var owner = await database.OpenAsync(victim.Role))
        {
            await owner.ExecuteAsync($"SELECT pgml.grant_project('{victim.Project}', '{former.Role}', 'owner')");
            await former.Session.ExecuteAsync($"SELECT pgml.predict('{victim.Project}', ARRAY[1, 2])");
            await owner.ExecuteAsync($"SELECT pgml.revoke_project('{victim.Project}', '{former.Role}', 'owner')");
        }
        var before = await victim.DescribeAsync(superuser);
        List<string> succeeded = [];
        Dictionary<string, int> refused = [];

        for (var i = 0; i < Count; i++)
        {
            var thief = i % 2 == 0 ? stranger : former;
            var attempt = thief.Attempts.Next();
            try
            {
                await thief.Session.ExecuteAsync(attempt);
                succeeded.Add(attempt);
            }
            catch (PostgresException e)
            {
                refused[e.SqlState] = refused.GetValueOrDefault(e.SqlState) + 1;
                e.SqlState.ShouldBeOneOf(["42501", "42704", "55000", "08001", "28000", "0A000"], $"{attempt}\n{e.MessageText}");
            }
            await thief.Session.ExecuteAsync("ROLLBACK");
            await thief.Session.ExecuteAsync("DISCARD ALL");
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", refused.Select(entry => $"{entry.Key}: {entry.Value}")));
        succeeded.ShouldBeEmpty();
        (await victim.DescribeAsync(superuser)).ShouldBe(before);
        await stranger.Session.MustLiveOnAsync();
        await former.Session.MustLiveOnAsync();
    }

    /// <summary>An ordinary role with a project, functions and operators of its own.</summary>
    private sealed class Thief(string role, Session session, Attempts attempts) : IAsyncDisposable
    {
        public string Role => role;

        public Session Session => session;

        public Attempts Attempts => attempts;

        public static async Task<Thief> CreateAsync(TestDatabase database, string prefix, Victim victim, Random random)
        {
            var role = await database.CreateRoleAsync(prefix);
            var session = await database.OpenAsync(role);
            await session.ExecuteAsync($"""
                CREATE TABLE {role}.own_rows AS SELECT x::real AS a, (x % 5)::real AS b, x % 2 AS y FROM generate_series(1, 40) x;
                SELECT pgml.train('{role}', 'classification', '{role}.own_rows', 'y');
                CREATE FUNCTION {role}.run(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE sql; END $$;
                CREATE FUNCTION {role}.run_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE new.sql; RETURN new; END $$;
                CREATE TABLE {role}.triggered (sql text);
                CREATE TRIGGER run BEFORE INSERT ON {role}.triggered FOR EACH ROW EXECUTE FUNCTION {role}.run_trigger();
                CREATE FUNCTION {role}.yes(text, text) RETURNS boolean LANGUAGE sql RETURN true;
                CREATE FUNCTION {role}.yes(name, name) RETURNS boolean LANGUAGE sql RETURN true;
                CREATE FUNCTION {role}.max(bigint[]) RETURNS bigint LANGUAGE sql RETURN 1;
                CREATE FUNCTION {role}.unnest(text[]) RETURNS SETOF text LANGUAGE sql RETURN '{role}';
                CREATE OPERATOR {role}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = {role}.yes);
                CREATE OPERATOR {role}.= (LEFTARG = name, RIGHTARG = name, FUNCTION = {role}.yes);
                CREATE TABLE {role}.projects AS SELECT id, name, task, '{role}'::name AS owner FROM pgml.projects
                """);
            return new Thief(role, session, new Attempts(random, victim, role, await session.LastModelAsync(role)));
        }

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
