using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Arguments as PostgresML documents them, and what the catalog remembers of them.</summary>
public sealed class SettingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Named_notation_works_as_PostgresML_documents_it()
    {
        await using var session = await database.OpenAsync();

        var row = (await session.RowsAsync("""
            SELECT * FROM pgml.train(
                project_name => 'All names',
                task => 'classification',
                relation_name => 'pgml.iris',
                y_column_name => 'target',
                algorithm => 'xgboost',
                hyperparams => '{"n_estimators": 10, "max_depth": 3, "seed": 7}',
                search => NULL,
                search_params => '{}',
                search_args => '{}',
                test_size => 0.2,
                test_sampling => 'random',
                runtime => 'python',
                automatic_deploy => true,
                materialize_snapshot => false,
                preprocess => '{}'
            )
            """)).ShouldHaveSingleItem();

        row.ShouldBe(["All names", "classification", "xgboost", true]);
        session.Notices.ShouldContain(notice => notice.Contains("LightGBM", StringComparison.Ordinal));
        session.Notices.ShouldContain(notice => notice.Contains("runtime", StringComparison.Ordinal));
        (await session.RowsAsync("""
            SELECT s.relation_name, s.y_column_name, s.test_size, s.test_sampling::text, m.seed, (m.hyperparams ->> 'n_estimators')::int, m.num_features,
                m.status::text, (m.metrics ->> 'test_rows')::int, r.rows, r.nodes, octet_length(m.image_sha256)
            FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id JOIN pgml.runs r ON r.model_id = m.id WHERE m.id = $1
            """, await session.LastModelAsync("All names"))).ShouldHaveSingleItem()
            .ShouldBe(["pgml.iris", new[] { "target" }, 0.2f, "random", 7L, 10, 4, "successful", 30, 150L, 1, 32]);
    }

    [Fact]
    public async Task Excluded_columns_are_no_features_now_and_when_the_project_is_trained_again()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE stamped AS SELECT x::real, now() AS at, x AS id, (2 * x)::real AS y FROM generate_series(1, 40) x");
        await session.FailAsync("42804", "SELECT pgml.train('stamped', 'regression', 'stamped', 'y')");

        await session.ExecuteAsync("SELECT pgml.train('stamped', 'regression', 'stamped', 'y', exclude => ARRAY['at', 'id'])");

        (await session.ScalarAsync<double>("SELECT round(pgml.predict('stamped', ARRAY[7]))")).ShouldBe(14);
        (await session.ScalarAsync<double>("SELECT round(pgml.predict('stamped', t)) FROM stamped t WHERE id = 9")).ShouldBe(18);
        await session.ExecuteAsync("SELECT pgml.train('stamped', algorithm => 'ridge')");
        await session.ExecuteAsync("SELECT pgml.train('stamped', algorithm => 'ridge', exclude => '{at}')");
        (await session.ColumnAsync<int>("SELECT num_features FROM pgml.models m JOIN pgml.projects p ON p.id = project_id WHERE name = 'stamped' ORDER BY m.id")).ShouldBe([1, 1, 2]);
        (await session.FailAsync("42703", "SELECT pgml.train('stamped', 'regression', 'stamped', 'y', exclude => '{att}')")).Hint.ShouldBe("Its columns are: x, at, id, y.");
        await session.FailAsync("22023", "SELECT pgml.train('stamped', 'regression', 'stamped', 'y', exclude => '{at,y}')");
        await session.FailAsync("22004", "SELECT pgml.train('stamped', 'regression', 'stamped', 'y', exclude => ARRAY[NULL])");
        await session.FailAsync("22023", "SELECT pgml.train('stamped', 'regression', 'stamped', 'y', exclude => '{at,x,id}')");
    }

    [Fact]
    public async Task A_seed_may_be_an_argument_but_not_given_twice()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train('seeded', 'classification', 'pgml.wine', 'target', 'lightgbm', '{\"n_estimators\": 3}', seed => 42)");

        (await session.ScalarAsync<long>("SELECT seed FROM pgml.models WHERE id = pgml.deployed_model('seeded')")).ShouldBe(42);
        await session.FailAsync("22023", "SELECT pgml.train('seeded', hyperparams => '{\"seed\": 1}', seed => 1)");
        await session.FailAsync("22023", "SELECT pgml.train('seeded', hyperparams => '{\"random_state\": 1}', seed => 1)");
        await session.FailAsync("22023", "SELECT pgml.train('seeded', seed => -1)");
        await session.FailAsync("22023", "SELECT pgml.train('seeded', hyperparams => '[1]', seed => 1)");
    }

    [Theory, InlineData("clustering", "kmeans"), InlineData("decomposition", "pca")]
    public async Task Without_an_algorithm_a_task_that_linear_has_no_form_for_gets_its_own(string task, string algorithm)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE VIEW {task}_flowers AS SELECT sepal_length, petal_length FROM pgml.iris");

        var row = (await session.RowsAsync($"SELECT * FROM pgml.train('unsaid {task}', '{task}', '{task}_flowers')")).ShouldHaveSingleItem();

        row.ShouldBe([$"unsaid {task}", task, algorithm, true]);
        session.Notices.ShouldContain(notice => notice.Contains($"{algorithm} is trained", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_search_stores_every_score_and_deploys_the_best()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("""
            SELECT pgml.train('searched', 'classification', 'pgml.iris', 'target', 'lightgbm', '{"n_estimators": 5}',
                search => 'grid', search_params => '{"max_depth": [1, 3], "num_leaves": [2, 16]}', search_args => '{"cv": 3}')
            """);

        (await session.RowsAsync("""
            SELECT m.search::text, m.search_params ->> 'max_depth', m.search_args ->> 'cv', jsonb_array_length(r -> 'params'), jsonb_array_length(r -> 'split2_test_score'),
                (SELECT max(score::float8) FROM jsonb_array_elements_text(r -> 'mean_test_score') AS score) = (r -> 'mean_test_score' ->> (r ->> 'best_index')::int)::float8,
                m.hyperparams @> (r -> 'params' -> (r ->> 'best_index')::int), (m.hyperparams ->> 'n_estimators')::int
            FROM pgml.models m, LATERAL (SELECT m.metrics -> 'search_results') AS of(r) WHERE m.id = pgml.deployed_model('searched')
            """)).ShouldHaveSingleItem().ShouldBe(["grid", "[1, 3]", "3", 4, 4, true, true, 5]);
        (await session.FailAsync("22023", """SELECT pgml.train('searched', search => 'grid', search_params => '{"alpha": 1}')""")).Hint.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_project_is_trained_again_with_its_name_and_an_algorithm_only()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SELECT pgml.train('again', 'classification', 'pgml.wine', 'target', test_size => 30, test_sampling => 'random')");

        var row = (await session.RowsAsync("SELECT * FROM pgml.train('again', algorithm => 'lightgbm')")).ShouldHaveSingleItem();

        row[..3].ShouldBe(["again", "classification", "lightgbm"]);
        (await session.RowsAsync("""
            SELECT DISTINCT s.relation_name, s.y_column_name[1], s.test_size, s.test_sampling::text, m.metrics ->> 'test_rows'
            FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'again'
            """)).ShouldHaveSingleItem().ShouldBe(["pgml.wine", "target", 30f, "random", "30"]);
    }

    [Fact]
    public async Task A_test_size_of_0_holds_nothing_out_and_says_so()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train('all rows', 'regression', 'line_3', 'y', test_size => 0)");

        (await session.ScalarAsync<string>("SELECT metrics ->> 'training_rows' FROM pgml.models WHERE id = $1", await session.LastModelAsync("all rows"))).ShouldBe("40");
        session.Notices.ShouldContain(notice => notice.Contains("none held out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_test_size_above_1_is_a_number_of_rows()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync("SELECT pgml.train('ten rows', 'regression', 'line_3', 'y', test_size => 10, test_sampling => 'last')");

        (await session.RowsAsync("SELECT metrics ->> 'training_rows', metrics ->> 'test_rows' FROM pgml.models WHERE id = $1", await session.LastModelAsync("ten rows")))
            .ShouldHaveSingleItem().ShouldBe(["30", "10"]);
    }

    [Fact]
    public async Task Progress_is_told_while_it_trains()
    {
        await using var session = await database.OpenAsync();

        await session.TrainLineAsync("told", 1);

        session.Notices.Count.ShouldBeGreaterThan(2);
        session.Notices.ShouldContain(notice => notice.Contains("40 rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_views_show_what_was_trained_and_what_answers()
    {
        await using var session = await database.OpenAsync();
        var (first, second) = await session.TrainTwoLinesAsync("viewed");

        (await session.RowsAsync("SELECT id, task::text, algorithm, deployed FROM pgml.trained_models WHERE name = 'viewed' ORDER BY id"))
            .ShouldBe([[first, "regression", "linear", true], [second, "regression", "linear", false]]);
        (await session.RowsAsync("SELECT id, task::text, algorithm, deployed_at IS NOT NULL FROM pgml.deployed_models WHERE name = 'viewed'"))
            .ShouldHaveSingleItem().ShouldBe([first, "regression", "linear", true]);
        (await session.RowsAsync("""
            SELECT name, task::text, algorithm, runtime::text, relation_name, y_column_name, test_sampling::text, test_size FROM pgml.overview WHERE name = 'viewed'
            """)).ShouldHaveSingleItem().ShouldBe(["viewed", "regression", "linear", null, "public.line_1", new[] { "y" }, "stratified", 0.25f]);
    }
}
