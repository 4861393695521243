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
        var dump = Path.Combine(Path.GetTempPath(), $"{database.Name}.dump");
        var restored = $"{database.Name}_restored";
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('dumped', 'regression', 'pgml.diabetes', 'target', 'lightgbm')");
        var (first, second) = await session.TrainTwoLinesAsync("lines");
        var before = await session.ScalarAsync<string>(Answers);
        try
        {
            await RunAsync("pg_dump", "-Fc", "-f", dump, database.Name);
            await RunAsync("createdb", restored);
            await RunAsync("pg_restore", "--exit-on-error", "-d", restored, dump);
        }
        finally
        {
            File.Delete(dump);
        }

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

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Cli.RunAsync([Path.Combine(Programs, program), "-h", database.Server.ConnectionString().Host!, "-p", $"{database.Server.Port}", "-U", "postgres", .. arguments]);
        result.ExitCode.ShouldBe(0, $"{program}: {result}");
    }
}
