using System.Runtime.CompilerServices;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Examples;

/// <summary>Scripts as PostgresML's users have them run to their end; what is not offered is refused as such, and nothing else fails.</summary>
public sealed class ExampleTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("regression", 2)]
    [InlineData("binary", 1)]
    [InlineData("multi", 1)]
    [InlineData("image", 1)]
    [InlineData("clustering", 2)]
    [InlineData("decomposition", 0)]
    [InlineData("vectors", 0)]
    [InlineData("preprocessing", 0)]
    public async Task A_script_runs_but_for_what_is_not_offered(string script, int notOffered)
    {
        await using var session = await database.OpenAsync();
        List<string> failed = [];
        var (ran, refused) = (0, 0);

        foreach (var statement in await StatementsAsync(script))
        {
            try
            {
                await session.ExecuteAsync(statement);
                ran++;
            }
            catch (PostgresException e) when (e.SqlState == SqlState.FeatureNotSupported)
            {
                e.Hint.ShouldNotBeNullOrWhiteSpace(statement);
                refused++;
            }
            catch (PostgresException e)
            {
                failed.Add($"{statement}\n{e.SqlState}: {e.MessageText}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{script}: {ran} ran, {refused} refused, {failed.Count} failed");
        failed.ShouldBeEmpty();
        refused.ShouldBe(notOffered);
        ran.ShouldBeGreaterThanOrEqualTo(5);
    }

    private static async Task<string[]> StatementsAsync(string script) =>
        (await File.ReadAllTextAsync(Path.Combine(ThisFolder(), script + ".sql"), TestContext.Current.CancellationToken))
        .Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
