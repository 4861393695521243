using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Dumping;

/// <summary>A dump holds the models: they answer the same wherever it is restored.</summary>
public sealed class DumpTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private const string Answers = "SELECT md5(string_agg(float4send(pgml.predict('dumped', d))::text, ',' ORDER BY d.ctid)) FROM pgml.diabetes d";

    [Fact]
    public async Task A_database_restored_from_a_dump_predicts_the_same_and_goes_on_training()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('dumped', 'regression', 'pgml.diabetes', 'target', 'lightgbm')");
        var (first, second) = await session.TrainTwoLinesAsync("lines");
        var before = await session.ScalarAsync<string>(Answers);
        var restored = await RestoreAsync("restored", "--format=custom");

        await using var copy = await database.OpenAsync(database: restored);
        (await copy.ScalarAsync<string>(Answers)).ShouldBe(before);
        (await copy.SlopeAsync("lines")).ShouldBe(1);
        await using var watcher = await database.OpenAsync(database: restored);
        (await watcher.SlopeAsync("lines")).ShouldBe(1);
        await copy.DeployAsync(second);
        (await watcher.SlopeAsync("lines")).ShouldBe(2);
        (await session.SlopeAsync("lines")).ShouldBe(1);
        (await copy.TrainAndDeployLineAsync("lines", 5)).ShouldBeGreaterThan(Math.Max(first, second));
        (await watcher.SlopeAsync("lines")).ShouldBe(5);
        // Nothing is lost or doubled by the extension's own objects.
        (await copy.ScalarAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'catalog_%' AND tgenabled = 'A'")).ShouldBe(8);
        (await copy.ScalarAsync<bool>("SELECT has_table_privilege('graincast', 'pgml.files', 'SELECT')")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("custom", "--format=custom")]
    [InlineData("directory", "--format=directory --jobs=2")]
    [InlineData("plain", "--format=plain")]
    [InlineData("no_owner", "--format=custom --no-owner")]
    public async Task Every_form_of_dump_keeps_grants_feature_sources_and_what_was_excluded(string form, string options)
    {
        var owner = await database.CreateRoleAsync("dumper");
        var friend = await database.CreateRoleAsync("friend");
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"GRANT USAGE ON SCHEMA {owner} TO graincast");
        await using (var session = await database.OpenAsync(owner))
        {
            await session.ExecuteAsync($"""
                CREATE TABLE {owner}.rows AS SELECT x AS id, x::real AS a, (x % 7)::real AS b, x * 3 AS y FROM generate_series(1, 40) x;
                ALTER TABLE {owner}.rows ADD PRIMARY KEY (id); GRANT SELECT ON {owner}.rows TO graincast;
                SELECT pgml.train('{owner}', 'regression', '{owner}.rows', 'y', 'lightgbm', exclude => '{"{id}"}');
                SELECT pgml.create_feature_source('{owner}', '{owner}.rows');
                SELECT pgml.grant_project('{owner}', '{friend}', 'predict')
                """);
        }
        var answers = $"SELECT string_agg(float4send(pgml.predict('{owner}', r))::text, ',' ORDER BY id) FROM {owner}.rows r";
        var before = await superuser.ScalarAsync<string>(answers);

        var copy = await RestoreAsync(form, options.Split(' '));
        await using var restored = await database.OpenAsync(database: copy);

        (await restored.ScalarAsync<string>(answers)).ShouldBe(before);
        (await restored.ColumnAsync<string>($"SELECT role || ' ' || privilege FROM pgml.project_grants WHERE project = '{owner}'")).ShouldBe([$"{friend} predict"]);
        (await restored.ColumnAsync<string[]>("SELECT exclude FROM pgml.snapshots WHERE relation_name = $1", $"{owner}.rows")).ShouldHaveSingleItem().ShouldBe(["id"]);
        await using var granted = await database.OpenAsync(friend, copy);
        (await granted.ScalarAsync<float>($"SELECT pgml.predict('{owner}', ARRAY[1, 1])")).ShouldBeGreaterThan(0);
        await granted.RefuseAsync("42501", owner, $"SELECT pgml.deploy('{owner}', 'most_recent')");
        if (form != "no_owner")
        {
            (await granted.ScalarAsync<float>($"SELECT pgml.predict_by_key('{owner}', 7)")).ShouldBe(await superuser.ScalarAsync<float>($"SELECT pgml.predict('{owner}', r) FROM {owner}.rows r WHERE id = 7"));
            return;
        }
        // The relation does not belong to who made it a source any more.
        await granted.RefuseAsync("42501", $"{owner}.rows", $"SELECT pgml.predict_by_key('{owner}', 7)");
    }

    [Fact]
    public async Task A_project_whose_owner_was_dropped_is_refused_with_the_owners_name_and_a_superuser_can_give_it_on()
    {
        var owner = await database.CreateRoleAsync("leaver");
        var heir = await database.CreateRoleAsync("heir");
        await using (var session = await database.OpenAsync(owner))
        {
            await session.TrainAndDeployLineAsync(owner, 3);
        }
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"DROP SCHEMA {owner}; DROP ROLE {owner}");
        var copy = await RestoreAsync("leaver", "--format=custom");
        await using var restored = await database.OpenAsync(database: copy);
        await using var stranger = await database.OpenAsync(heir, copy);

        (await stranger.RefuseAsync("42501", owner, $"SELECT pgml.predict('{owner}', ARRAY[1]::real[])")).Hint!.ShouldContain($"role \"{owner}\", which does not exist");
        (await restored.SlopeAsync(owner)).ShouldBe(3);
        await restored.ExecuteAsync($"SELECT pgml.grant_project('{owner}', '{heir}', 'owner')");
        (await stranger.SlopeAsync(owner)).ShouldBe(3);
    }

    /// <summary>The name of a new database, restored from a dump of this one.</summary>
    private async Task<string> RestoreAsync(string form, params string[] options)
    {
        var dump = Path.Combine(Path.GetTempPath(), $"{database.Name}_{form}.dump");
        var restored = $"{database.Name}_{form}";
        try
        {
            await RunAsync("pg_dump", [.. options, "-f", dump, database.Name]);
            await RunAsync("createdb", restored);
            if (options.Contains("--format=plain"))
            {
                await RunAsync("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored, "-f", dump);
            }
            else
            {
                await RunAsync("pg_restore", [.. options.Where(option => option is "--no-owner" or "--jobs=2"), "--exit-on-error", "-d", restored, dump]);
            }
        }
        finally
        {
            if (Directory.Exists(dump))
            {
                Directory.Delete(dump, recursive: true);
            }
            else
            {
                File.Delete(dump);
            }
        }
        return restored;
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Cli.RunAsync([Path.Combine(Programs, program), "-h", database.Server.ConnectionString().Host!, "-p", $"{database.Server.Port}", "-U", "postgres", .. arguments]);
        result.ExitCode.ShouldBe(0, $"{program}: {result}");
    }
}
