using System.Globalization;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Every bundled set is learnt through SQL, and what the models say of it is right.</summary>
public sealed class BundledSetTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("linear", 0.40)]
    [InlineData("ridge", 0.30)]
    [InlineData("lightgbm", 0.25)]
    [InlineData("random_forest", 0.30)]
    [InlineData("xgboost", 0.25)]
    public async Task Diabetes_is_regressed(string algorithm, double leastR2)
    {
        await using var session = await database.OpenAsync();
        var project = $"diabetes by {algorithm}";

        var row = (await session.RowsAsync("SELECT * FROM pgml.train($1, 'regression', 'pgml.diabetes', 'target', $2::pgml.algorithm)", project, algorithm))
            .ShouldHaveSingleItem();

        row.ShouldBe([project, "regression", algorithm, true]);
        (await MetricAsync(session, project, "r2")).ShouldBeGreaterThan(leastR2);
        (await MetricAsync(session, project, "mean_absolute_error")).ShouldBeLessThan(60);
        (await MetricAsync(session, project, "mean_squared_error")).ShouldBeLessThan(4500);
        (await session.ScalarAsync<double>("SELECT corr(target, pgml.predict($1, d)) FROM pgml.diabetes d", project)).ShouldBeGreaterThan(0.6);
    }

    [Theory]
    [InlineData("breast_cancer", "malignant", "linear")]
    [InlineData("breast_cancer", "malignant", "ridge")]
    [InlineData("breast_cancer", "malignant", "lightgbm")]
    [InlineData("breast_cancer", "malignant", "random_forest")]
    [InlineData("iris", "target", "linear")]
    [InlineData("iris", "target", "ridge")]
    [InlineData("iris", "target", "lightgbm")]
    [InlineData("iris", "target", "random_forest")]
    [InlineData("wine", "target", "linear")]
    [InlineData("wine", "target", "gradient_boosting_trees")]
    [InlineData("digits", "target", "linear")]
    [InlineData("digits", "target", "lightgbm")]
    public async Task A_set_with_labels_is_classified(string set, string label, string algorithm)
    {
        await using var session = await database.OpenAsync();
        var project = $"{set} by {algorithm}";

        var row = (await session.RowsAsync("SELECT * FROM pgml.train($1, 'classification', $2, $3, $4::pgml.algorithm)", project, $"pgml.{set}", label, algorithm))
            .ShouldHaveSingleItem();

        row.ShouldBe([project, "classification", algorithm, true]);
        foreach (var metric in new[] { "f1", "precision", "recall", "accuracy", "mcc" })
        {
            // iris by ridge: one-versus-rest least squares cannot tell its two near kinds apart well, scikit-learn's cannot either.
            (await MetricAsync(session, project, metric)).ShouldBeInRange(algorithm == "ridge" ? 0.6 : 0.85, 1, metric);
        }
        var right = await session.ScalarAsync<double>(
            $"SELECT avg((pgml.predict($1, t) = {label}::int)::int)::float8 FROM pgml.{set} t", project);
        output.WriteLine($"{right:P1} of all rows are answered right");
        right.ShouldBeGreaterThan(algorithm == "ridge" ? 0.75 : 0.9);
    }

    [Fact]
    public async Task Iris_is_clustered_into_three_kinds()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE VIEW flowers AS SELECT sepal_length, sepal_width, petal_length, petal_width FROM pgml.iris");

        await session.ExecuteAsync("""SELECT pgml.train('kinds', 'clustering', 'flowers', algorithm => 'kmeans', hyperparams => '{"n_clusters": 3}')""");

        (await MetricAsync(session, "kinds", "silhouette")).ShouldBeGreaterThan(0.45);
        (await session.ColumnAsync<float>("SELECT DISTINCT pgml.predict('kinds', f) FROM flowers f ORDER BY 1")).ShouldBe([0f, 1f, 2f]);
        // Each kind of iris is mostly in one cluster: 50 + 48 + 36 in the literature.
        (await session.ScalarAsync<decimal>("""
            SELECT sum(most) FROM (SELECT max(n) AS most FROM (
                SELECT target, count(*) AS n
                FROM pgml.iris GROUP BY target, pgml.predict('kinds', ARRAY[sepal_length, sepal_width, petal_length, petal_width])) AS counted
            GROUP BY target) AS mosts
            """)).ShouldBeGreaterThan(120);
    }

    [Fact]
    public async Task Digits_are_decomposed_into_components_without_correlation()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE VIEW images AS SELECT image FROM pgml.digits");

        await session.ExecuteAsync("""SELECT pgml.train('strokes', 'decomposition', 'images', algorithm => 'pca', hyperparams => '{"n_components": 10}')""");

        (await MetricAsync(session, "strokes", "cumulative_explained_variance")).ShouldBeInRange(0.65, 0.85);
        await session.ExecuteAsync("""
            CREATE TABLE strokes AS SELECT pgml.decompose('strokes', (SELECT array_agg(v) FROM unnest(image) AS v)::real[]) AS c FROM images
            """);
        (await session.ColumnAsync<int>("SELECT DISTINCT cardinality(c) FROM strokes")).ShouldBe([10]);
        Math.Abs(await session.ScalarAsync<double>("SELECT corr(c[1], c[2]) FROM strokes")).ShouldBeLessThan(0.1);
        (await session.ScalarAsync<bool>("SELECT variance(c[1]) > variance(c[2]) AND variance(c[2]) > variance(c[10]) FROM strokes")).ShouldBeTrue();
    }

    [Fact]
    public async Task Linnerud_needs_one_label_of_its_three()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train('waists', 'regression', 'pgml.linnerud', 'waist')");

        (await session.ScalarAsync<int>("SELECT num_features FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'waists'")).ShouldBe(5);
        (await session.ScalarAsync<double>("SELECT corr(waist, pgml.predict('waists', l)) FROM pgml.linnerud l")).ShouldBeGreaterThan(0.8);
    }

    private static async Task<double> MetricAsync(Session session, string project, string metric) => double.Parse(await session.ScalarAsync<string>(
        "SELECT metrics ->> $2 FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = $1 ORDER BY m.id DESC LIMIT 1", project, metric),
        CultureInfo.InvariantCulture);
}
