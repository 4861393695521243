using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Same rows and same seed make the same image, byte for byte, in whatever order the rows were inserted.</summary>
public sealed class ReproducibilityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("regression", "diabetes", "target", "linear", "{}")]
    [InlineData("regression", "diabetes", "target", "ridge", "{}")]
    [InlineData("regression", "diabetes", "target", "lightgbm", """{"subsample": 0.7, "colsample_bytree": 0.7}""")]
    [InlineData("regression", "diabetes", "target", "random_forest", """{"n_estimators": 10}""")]
    [InlineData("classification", "wine", "target", "linear", "{}")]
    [InlineData("classification", "wine", "target", "lightgbm", """{"n_estimators": 20}""")]
    [InlineData("classification", "wine", "target", "random_forest", """{"n_estimators": 10}""")]
    [InlineData("clustering", "linnerud", null, "kmeans", """{"n_clusters": 4}""")]
    [InlineData("decomposition", "linnerud", null, "pca", "{}")]
    public async Task Another_insertion_order_makes_the_same_image(string task, string set, string? label, string algorithm, string hyperparams)
    {
        await using var session = await database.OpenAsync();
        List<string> images = [];
        foreach (var order in new[] { "ctid", "ctid DESC", "md5(t::text)" })
        {
            await session.ExecuteAsync($"CREATE TEMP TABLE shuffled AS SELECT * FROM pgml.{set} t ORDER BY {order}");
            await session.ExecuteAsync("SELECT pgml.train($1, $2, 'shuffled', $3, $4::pgml.algorithm, $5::jsonb)", $"{set} {algorithm} {order}", task, label, algorithm, hyperparams);
            images.Add(await ImageAsync(session, $"{set} {algorithm} {order}"));
            await session.ExecuteAsync("DROP TABLE shuffled");
        }

        images.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_seed_holds_out_other_rows()
    {
        await using var session = await database.OpenAsync();
        List<string> images = [];
        foreach (var seed in new[] { 1, 1, 2 })
        {
            await session.ExecuteAsync("SELECT pgml.train('seeds', 'regression', 'pgml.diabetes', 'target', hyperparams => jsonb_build_object('seed', $1))", seed);
            images.Add(await ImageAsync(session, "seeds"));
        }

        images[1].ShouldBe(images[0]);
        images[2].ShouldNotBe(images[0]);
        (await session.ColumnAsync<long>("SELECT seed FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'seeds' ORDER BY m.id")).ShouldBe([1L, 1L, 2L]);
    }

    private static async Task<string> ImageAsync(Session session, string project) =>
        await session.ScalarAsync<string>("SELECT encode(image_sha256, 'hex') FROM pgml.models WHERE id = $1", await session.LastModelAsync(project));
}
