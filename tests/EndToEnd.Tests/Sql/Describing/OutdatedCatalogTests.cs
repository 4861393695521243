using Shouldly;
using Xunit;

namespace Graincast.Sql.Describing;

/// <summary>New files of the extension beside tables that <c>graincast install</c> has not brought to them yet.</summary>
public sealed class OutdatedCatalogTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Whatever_needs_what_is_missing_says_to_install()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("older", 2);
        await session.ExecuteAsync("ALTER TABLE pgml.projects DROP COLUMN predict_to CASCADE; DROP TABLE pgml.runs CASCADE");
        await using var next = await database.OpenAsync();

        foreach (var call in new[]
        {
            "pgml.predict('older', ARRAY[1])",
            "pgml.predict(pgml.deployed_model('older'), ARRAY[1])",
            "pgml.deploy('older', 'best_score')",
            "pgml.grant_project('older', 'postgres', 'predict')",
            "pgml.train_async('new', 'regression', 'line', 'y')",
        })
        {
            var error = await next.FailAsync("55000", $"SELECT {call}");

            error.Hint.ShouldBe("Run \"graincast install --connection …\".", $"{call}: {error.MessageText}");
            error.Detail!.ShouldEndWith("does not exist.");
        }
    }
}
