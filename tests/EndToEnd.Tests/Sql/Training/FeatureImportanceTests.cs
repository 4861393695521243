using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>How much each column weighs in a model, as the training found it.</summary>
public sealed class FeatureImportanceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("regression", "linear")]
    [InlineData("regression", "ridge")]
    [InlineData("regression", "lightgbm")]
    [InlineData("regression", "random_forest")]
    [InlineData("classification", "linear")]
    [InlineData("classification", "ridge")]
    [InlineData("classification", "lightgbm")]
    [InlineData("classification", "random_forest")]
    public async Task Shares_sum_to_1_and_the_column_that_decides_has_the_largest(string task, string algorithm)
    {
        await using var session = await database.OpenAsync();
        await CreateRowsAsync(session);
        var (project, label) = ($"{task} by {algorithm}", task == "regression" ? "8 * pair[1] + pair[2] / 50" : "pair[1] > 8");
        await session.ExecuteAsync($"CREATE OR REPLACE VIEW {task}_{algorithm} AS SELECT w.*, {label} AS label FROM weighed w");
        await session.ExecuteAsync($$"""
            SELECT pgml.train($1, '{{task}}', '{{task}}_{{algorithm}}', 'label', '{{algorithm}}', preprocess => '{"kind": {"encode": "one_hot"} }')
            """, project);

        var rows = await session.RowsAsync("SELECT feature, importance FROM pgml.feature_importance($1)", project);

        // The pair is one column; i and the kinds say next to nothing.
        rows.Select(row => (string)row[0]!).ShouldBe(["i", "kind", "pair"]);
        var shares = rows.Select(row => (double)row[1]!).ToList();
        shares.Sum().ShouldBe(1, 1e-12);
        shares.ShouldAllBe(share => share >= 0);
        shares[2].ShouldBeGreaterThan(0.7);
        (await session.RowsAsync("SELECT feature, importance FROM pgml.feature_importance($1::bigint)", await session.LastModelAsync(project))).ShouldBe(rows);
    }

    [Fact]
    public async Task A_weight_counts_by_the_deviation_of_its_column()
    {
        await using var session = await database.OpenAsync();
        // Uncorrelated: the deviations are 10 · √2 and √2, their effects 10 · √2 · 1 and √2 · 30.
        await session.ExecuteAsync("""
            CREATE TABLE effects AS SELECT (10 * a)::real AS wide, b::real AS narrow, (10 * a + 30 * b)::real AS y FROM generate_series(-2, 2) a, generate_series(-2, 2) b
            """);
        await session.ExecuteAsync("SELECT pgml.train('effects', 'regression', 'effects', 'y', test_size => 0)");

        (await session.ColumnAsync<double>("SELECT round(importance::numeric, 6)::float8 FROM pgml.feature_importance('effects') ORDER BY importance")).ShouldBe([0.25, 0.75]);
    }

    [Fact]
    public async Task A_model_that_learnt_nothing_gives_every_column_0()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE constants AS SELECT 1::real AS a, 2::real AS b, 5::real AS y FROM generate_series(1, 50)");
        await session.ExecuteAsync("SELECT pgml.train('constants', 'regression', 'constants', 'y')");

        (await session.ColumnAsync<double>("SELECT importance FROM pgml.feature_importance('constants')")).ShouldBe([0, 0]);
    }

    [Theory]
    [InlineData("clustering", "kmeans")]
    [InlineData("decomposition", "pca")]
    public async Task A_model_without_a_label_has_none(string task, string algorithm)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train($1, $1, 'line_1', NULL, $2::pgml.algorithm)", task, algorithm);

        await session.RefuseAsync("0A000", "feature importances", "SELECT * FROM pgml.feature_importance($1)", task);
    }

    [Fact]
    public async Task What_is_unknown_or_anothers_is_refused_and_NULL_has_no_rows()
    {
        await using var owner = await database.OpenAsync();
        await using var stranger = await database.OpenAsync(await database.CreateRoleAsync("curious"));
        var model = await owner.TrainAndDeployLineAsync("weighty", 2);

        await owner.RefuseAsync("42704", "nobody", "SELECT * FROM pgml.feature_importance('nobody')");
        await owner.RefuseAsync("42704", "4611686018427387904", "SELECT * FROM pgml.feature_importance(4611686018427387904)");
        await stranger.RefuseAsync("42501", "weighty", "SELECT * FROM pgml.feature_importance('weighty')");
        await stranger.RefuseAsync("42501", "weighty", "SELECT * FROM pgml.feature_importance($1::bigint)", model);
        (await owner.RowsAsync("SELECT * FROM pgml.feature_importance(project_name => NULL)")).ShouldBeEmpty();
        (await owner.RowsAsync("SELECT * FROM pgml.feature_importance(model_id => NULL)")).ShouldBeEmpty();
    }

    private static Task CreateRowsAsync(Session session) => session.ExecuteAsync("""
        CREATE TABLE IF NOT EXISTS weighed AS
        SELECT i::real, CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END AS kind, ARRAY[i % 17, i % 5]::real[] AS pair FROM generate_series(1, 400) i
        """);
}
