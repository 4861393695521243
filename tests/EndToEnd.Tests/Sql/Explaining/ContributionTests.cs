using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Explaining;

/// <summary>How far each feature moved a prediction.</summary>
public sealed class ContributionTests(ContributionTests.Models models) : IClassFixture<ContributionTests.Models>
{
    private const string Features = "ARRAY[sepal_length, sepal_width, petal_length, petal_width]";

    [Theory, InlineData("diabetes by linear"), InlineData("diabetes by lightgbm"), InlineData("diabetes by random_forest")]
    public async Task A_regression_has_one_row_whose_base_and_contributions_sum_to_the_prediction(string project)
    {
        await using var session = await models.Database.OpenAsync();

        (await session.RowsAsync("""
            SELECT count(*), bool_and(e.label IS NULL AND e.features[3] = 'bmi' AND cardinality(e.features) = 10 AND cardinality(e.contributions) = 10),
                max(abs(e.score - pgml.predict($1, d))) < 1e-4,
                max(abs(e.score - e.base_value - (SELECT sum(c) FROM unnest(e.contributions) c))) < 1e-9
            FROM pgml.diabetes d, pgml.explain($1, d) e
            """, project)).ShouldHaveSingleItem().ShouldBe([442L, true, true, true]);
    }

    [Fact]
    public async Task A_classification_has_a_row_a_class_and_every_form_of_features_gives_the_same()
    {
        await using var session = await models.Database.OpenAsync();
        var rows = await session.RowsAsync("SELECT label, score, base_value, features, contributions FROM pgml.iris i, pgml.explain('flowers', i) LIMIT 9");

        rows.Take(3).Select(row => (string)row[0]!).ShouldBe(["0", "1", "2"]);
        rows[0][3].ShouldBe(new[] { "sepal_length", "sepal_width", "petal_length", "petal_width" });
        foreach (var row in rows)
        {
            ((double)row[2]! + ((double[])row[4]!).Sum()).ShouldBe((double)row[1]!, 1e-9);
        }
        var model = await session.LastModelAsync("flowers");
        foreach (var by in new[] { "'flowers'", $"{model}::bigint" })
        {
            foreach (var type in new[] { "real", "float8", "numeric" })
            {
                (await session.RowsAsync($"SELECT e.* FROM pgml.iris, pgml.explain({by}, {Features}::{type}[]) e LIMIT 9")).ShouldBe(rows, $"{by} {type}");
            }
            (await session.RowsAsync($"SELECT (pgml.explain({by}, i)).* FROM pgml.iris i LIMIT 9")).ShouldBe(rows);
            var whole = await session.RowsAsync($"SELECT * FROM pgml.explain({by}, ARRAY[5, 3, 1, 0])");
            foreach (var form in new[] { "ARRAY[5, 3, 1, 0]::smallint[]", "ARRAY[5, 3, 1, 0]::bigint[]", "ROW(5, 3, 1, 0)", "ARRAY['5', '3', '1', '0']" })
            {
                (await session.RowsAsync($"SELECT * FROM pgml.explain({by}, {form})")).ShouldBe(whole, form);
            }
        }
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.explain(project_name => 'flowers', features => ARRAY[true, true, false, false])")).ShouldBe(3);
    }

    [Fact]
    public async Task Two_classes_with_one_score_have_the_row_of_the_second_and_inputs_that_became_several_features_are_one()
    {
        await using var session = await models.Database.OpenAsync();

        var row = (await session.RowsAsync("SELECT label, features, contributions, score, base_value FROM pgml.explain('parcels', ROW('b', ARRAY[9, 1]::real[]))")).ShouldHaveSingleItem();

        row[0].ShouldBe("true");
        row[1].ShouldBe(new[] { "größe", "pair[1]", "pair[2]" });
        // By rows of the training part both are a half; the pair's second number says nothing.
        var contributions = (double[])row[2]!;
        contributions[1].ShouldBeGreaterThan(Math.Abs(contributions[0]));
        ((double)row[4]! + contributions.Sum()).ShouldBe((double)row[3]!, 1e-9);
    }

    [Theory]
    [InlineData("22023", "4 features, 3", "'flowers', ARRAY[1, 2, 3]")]
    [InlineData("22004", "sepal_width", "'flowers', ARRAY[1, NULL, 3, 4]::real[]")]
    [InlineData("42804", "date", "'flowers', current_date")]
    [InlineData("42704", "nobody", "'nobody', ARRAY[1]")]
    [InlineData("42704", "4611686018427387904", "4611686018427387904, ARRAY[1]")]
    [InlineData("0A000", "\"kmeans\"", "'groups', ARRAY[1, 2, 3, 4]")]
    [InlineData("0A000", "\"pca\"", "'parts', ROW(1, 2, 3, 4)")]
    [InlineData("55000", "contributions", "'old', ARRAY[1, 2, 3]")]
    public async Task What_cannot_be_explained_is_refused_by_name(string sqlState, string thing, string arguments)
    {
        await using var session = await models.Database.OpenAsync();

        await session.RefuseAsync(sqlState, thing, $"SELECT * FROM pgml.explain({arguments})");
        await session.MustLiveOnAsync();
    }

    [Fact]
    public async Task NULL_has_no_rows_and_another_roles_project_is_explained_to_whom_it_predicts()
    {
        await using var owner = await models.Database.OpenAsync();
        var role = await models.Database.CreateRoleAsync("curious");
        await using var stranger = await models.Database.OpenAsync(role);

        (await owner.RowsAsync("SELECT * FROM pgml.explain('flowers', NULL::real[])")).ShouldBeEmpty();
        (await owner.RowsAsync("SELECT * FROM pgml.explain(NULL::text, ARRAY[1])")).ShouldBeEmpty();
        await stranger.RefuseAsync("42501", "diabetes by linear", "SELECT * FROM pgml.diabetes d, pgml.explain('diabetes by linear', d)");
        await owner.ExecuteAsync($"SELECT pgml.grant_project('flowers', '{role}', 'predict')");
        (await stranger.RowsAsync("SELECT * FROM pgml.explain('flowers', ARRAY[5, 3, 1, 0])")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_statement_that_explains_many_rows_can_be_cancelled()
    {
        await using var session = await models.Database.OpenAsync();

        await session.ExecuteAsync("SET statement_timeout = 200");
        await session.FailAsync("57014", "SELECT count(*) FROM generate_series(1, 1000000) i, pgml.explain('flowers', ARRAY[i, 3, 1, 0])");
        await session.MustLiveOnAsync();
    }

    /// <summary>Trained once for the class.</summary>
    public sealed class Models(GraincastServer server) : IAsyncLifetime
    {
        public TestDatabase Database { get; } = new(server);

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            await using var session = await Database.OpenAsync();
            foreach (var algorithm in new[] { "linear", "lightgbm", "random_forest" })
            {
                await session.ExecuteAsync($$"""SELECT pgml.train('diabetes by {{algorithm}}', 'regression', 'pgml.diabetes', 'target', '{{algorithm}}'{{(algorithm == "linear" ? "" : """, '{"n_estimators": 10}'""")}})""");
            }
            await session.ExecuteAsync("SELECT pgml.train('flowers', 'classification', 'pgml.iris', 'target', 'lightgbm', '{\"n_estimators\": 20}')");
            await session.ExecuteAsync("CREATE VIEW measures AS SELECT sepal_length, sepal_width, petal_length, petal_width FROM pgml.iris");
            await session.ExecuteAsync("SELECT pgml.train('groups', 'clustering', 'measures', algorithm => 'kmeans')");
            await session.ExecuteAsync("SELECT pgml.train('parts', 'decomposition', 'measures', algorithm => 'pca')");
            await session.ExecuteAsync("""
                CREATE TABLE parcels AS SELECT CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END AS "größe", ARRAY[i % 10, i % 7]::real[] AS pair, i % 10 > 4 AS late
                FROM generate_series(1, 400) i
                """);
            await session.ExecuteAsync("""SELECT pgml.train('parcels', 'classification', 'parcels', 'late', 'lightgbm', '{"n_estimators": 5}', preprocess => '{"größe": {"encode": "one_hot"}}')""");
            await session.ExecuteAsync("SELECT pgml.import_model('old', 'regression', $1)", TestImages.Read("linear"));
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
