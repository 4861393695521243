using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>What a user may hand over without having read a word: it is learnt from sensibly, or refused with an SQLSTATE, the name of the thing and a hint.</summary>
public sealed class OddInputTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly string _project = $"odd {Guid.NewGuid()}";

    [Theory]
    [InlineData("SELECT 5::real AS c, x, y FROM line_1")]
    [InlineData("SELECT x, 5::real AS y FROM line_1")]
    [InlineData("SELECT x, y FROM line_1 LIMIT 2")]
    [InlineData("SELECT ARRAY[[x, 1], [2, x]] AS m, y FROM line_1")]
    [InlineData("SELECT x::numeric AS x, x > 3 AS b, 'v' || x AS v, 'c'::char(9) AS c, y FROM line_1")]
    [InlineData("SELECT '1 2'::int2vector AS v, x, y FROM line_1")]
    [InlineData("SELECT 'NaN'::numeric AS v, x, y FROM line_1", "lightgbm")]
    [InlineData("SELECT NULL::real AS n, x, y FROM line_1", "linear", "{\"n\": {\"impute\": \"zero\"}}")]
    [InlineData("SELECT 'c' || x AS c, (x % 10)::real AS y FROM generate_series(1, 100000) x")]
    public async Task Rows_that_say_little_are_learnt_from(string rows, string algorithm = "linear", string preprocess = "{}")
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TEMP VIEW rows AS {rows}");

        (await session.ScalarAsync<string>($"SELECT algorithm FROM pgml.train('{_project}', 'regression', 'rows', 'y', '{algorithm}', preprocess => '{preprocess}')")).ShouldBe(algorithm);
        (await session.ScalarAsync<long>($"SELECT count(pgml.predict('{_project}', r)) FROM (SELECT * FROM rows LIMIT 5) r")).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("22023", "\"v\"", "SELECT 1e400::numeric AS v, x, y FROM line_1")]
    [InlineData("22023", "no row of 1", "SELECT x, y FROM line_1 LIMIT 1")]
    [InlineData("22004", "\"n\"", "SELECT NULL::real AS n, x, y FROM line_1")]
    public async Task Rows_that_cannot_be_learnt_from_are_refused(string sqlState, string thing, string rows)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TEMP VIEW rows AS {rows}");

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.train('{_project}', 'regression', 'rows', 'y')");
    }

    [Theory]
    [InlineData("now()::date", "extract(epoch FROM odd)")]
    [InlineData("now()", "extract(epoch FROM odd)")]
    [InlineData("now()::timestamp", "extract(epoch FROM odd)")]
    [InlineData("interval '1 day'", "extract(epoch FROM odd)")]
    [InlineData("gen_random_uuid()", "odd::text")]
    [InlineData("'{}'::json", "odd::text")]
    [InlineData("'{}'::jsonb", "odd::text")]
    [InlineData("''::bytea", "odd::text")]
    [InlineData("'random'::pgml.search", "odd::text")]
    [InlineData("'1'::money", "odd::text")]
    [InlineData("point(1, 2)", "odd::text")]
    [InlineData("numrange(1, 2)", "odd::text")]
    [InlineData("l", "(odd).a_field")]
    [InlineData("ARRAY['a']", "cardinality(odd)")]
    [InlineData("ARRAY[now()]", "cardinality(odd)")]
    public async Task A_column_of_another_type_is_named_with_the_form_that_a_view_may_have(string value, string form)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"CREATE TEMP VIEW rows AS SELECT {value} AS odd, x FROM line_1 l");
        var type = await session.ScalarAsync<string>("SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'rows'::regclass AND attname = 'odd'");

        var feature = await session.RefuseAsync("42804", "\"odd\"", $"SELECT pgml.train('{_project}', 'regression', 'rows', 'x')");
        var label = await session.RefuseAsync("42804", "\"odd\"", $"SELECT pgml.train('{_project}', 'classification', 'rows', 'odd')");

        feature.MessageText.ShouldContain(type);
        feature.Hint!.ShouldContain(form);
        feature.Hint!.ShouldContain("exclude => ARRAY['odd']");
        label.MessageText.ShouldContain(type);
        label.Hint!.ShouldContain(form);
        label.Hint!.ShouldNotContain("exclude");
    }

    [Fact]
    public async Task The_form_in_the_hint_can_be_trained_on()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE TEMP VIEW rows AS SELECT extract(epoch FROM now() + x * interval '1 day') AS at, 'random'::pgml.search::text AS kind, cardinality(ARRAY['a']) AS words, (l).x AS field, y FROM line_1 l
            """);

        await session.ExecuteAsync($"SELECT pgml.train('{_project}', 'regression', 'rows', 'y')");
    }

    [Fact]
    public async Task Names_with_quotes_blanks_emoji_capitals_and_63_bytes_are_names()
    {
        var column = new string('n', 63);
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($$$"""
            CREATE TABLE "it's ""odd"" 🌾 select" AS SELECT x AS "a ""b"" 🌾", x * 2 AS {{{column}}}, y AS "SELECT" FROM line_1;
            SELECT pgml.train('o''dd "🌾"', 'regression', '"it''s ""odd"" 🌾 select"', 'SELECT', 'ridge', preprocess => '{"a \"b\" 🌾": {"scale": "standard"}}');
            SELECT pgml.train('o''dd "🌾"');
            """);

        (await session.ScalarAsync<float>("""SELECT pgml.predict('o''dd "🌾"', t) FROM "it's ""odd"" 🌾 select" t WHERE "SELECT" = 3""")).ShouldBe(3, 0.01);
        (await session.ColumnAsync<string>("""SELECT feature FROM pgml.feature_importance('o''dd "🌾"')""")).ShouldBe(["a \"b\" 🌾", column], ignoreOrder: true);
        await session.RefuseAsync("22023", "2 features, 1", """SELECT pgml.predict('o''dd "🌾"', ARRAY[1])""");
    }

    [Fact]
    public async Task A_table_as_wide_as_Postgres_allows_is_learnt_from()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            DO $$ BEGIN
                EXECUTE 'CREATE TABLE wide AS SELECT ' || (SELECT string_agg(format('(x * %s %% 7)::smallint AS c%s', i, i), ', ') FROM generate_series(1, 1599) i) || ', x::real AS y FROM generate_series(1, 40) x';
            END $$
            """);

        await session.ExecuteAsync("SELECT pgml.train('wide', 'regression', 'wide', 'y', 'lightgbm', '{\"n_estimators\": 2}')");

        (await session.ScalarAsync<int>("SELECT num_features FROM pgml.models ORDER BY id DESC LIMIT 1")).ShouldBe(1599);
        (await session.RefuseAsync("22023", "1599 features, 1", "SELECT pgml.predict('wide', ARRAY[1])")).Hint!.ShouldContain("and 1589 more");
    }

    [Fact]
    public async Task One_hot_of_very_many_texts_is_refused_before_it_takes_memory()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE texts AS SELECT 'c' || x AS c, x::real AS y FROM generate_series(1, 5000) x");

        await session.RefuseAsync("22023", "\"c\" has 5000 different texts", $"SELECT pgml.train('{_project}', 'regression', 'texts', 'y', preprocess => '{{\"c\": {{\"encode\": \"one_hot\"}}}}')");
    }

    [Theory]
    [InlineData("hyperparams", "{\"alpha\": [1]}", "alpha")]
    [InlineData("hyperparams", "{\"alpha\": {\"a\": 1}}", "alpha")]
    [InlineData("hyperparams", "{\"alpha\": null}", "alpha")]
    [InlineData("hyperparams", "{\"alpha\": 1e400}", "alpha")]
    [InlineData("hyperparams", "{\"\": 1}", "\"\"")]
    [InlineData("hyperparams", "\"text\"", "hyperparams")]
    [InlineData("hyperparams", "DEEP", "nested too deeply")]
    [InlineData("hyperparams", "{\"seed\": 9223372036854775808}", "seed")]
    [InlineData("hyperparams", "{\"seed\": -1}", "seed")]
    [InlineData("preprocess", "DEEP", "nested too deeply")]
    [InlineData("preprocess", "{\"x\": \"mean\"}", "\"x\"")]
    [InlineData("preprocess", "{\"x\": {\"impute\": 1e400}}", "impute")]
    [InlineData("preprocess", "{\"y\": {\"scale\": \"standard\"}}", "\"y\"")]
    [InlineData("search_params", "{\"alpha\": 1}", "alpha")]
    [InlineData("search_params", "{\"alpha\": []}", "alpha")]
    [InlineData("search_params", "{\"alpha\": [[1]]}", "alpha")]
    [InlineData("search_params", "{}", "search_params")]
    [InlineData("search_params", "[1]", "search_params")]
    [InlineData("search_params", "{\"nope\": [1]}", "nope")]
    [InlineData("search_params", "DEEP", "nested too deeply")]
    [InlineData("search_args", "[]", "search_args")]
    [InlineData("search_args", "{\"cv\": 1e99}", "cv")]
    [InlineData("search_args", "{\"cv\": {\"n\": 3}}", "cv")]
    public async Task JSON_of_the_wrong_shape_is_a_bad_argument(string argument, string json, string thing)
    {
        await using var session = await database.OpenAsync();
        var value = json == "DEEP" ? string.Concat("{\"alpha\": ", new string('[', 3000), new string(']', 3000), "}") : json;
        var search = argument.StartsWith("search", StringComparison.Ordinal) ? $", search => 'grid'{(argument == "search_args" ? ", search_params => '{\"alpha\": [1]}'" : "")}" : "";

        var error = await session.RefuseAsync("22023", thing, $"SELECT pgml.train('{_project}', 'regression', 'line_1', 'y', 'ridge', {argument} => $1::jsonb{search})", value);

        error.MessageText.Length.ShouldBeLessThan(200);
    }

    [Fact]
    public async Task Of_a_key_given_twice_the_last_counts_as_in_every_jsonb()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync($"SELECT pgml.train('{_project}', 'regression', 'line_1', 'y', 'ridge', '{{\"alpha\": 1, \"alpha\": 2}}')");

        (await session.ScalarAsync<string>("SELECT hyperparams ->> 'alpha' FROM pgml.models ORDER BY id DESC LIMIT 1")).ShouldBe("2");
    }

    [Fact]
    public async Task Values_to_search_over_without_a_search_are_told_to_have_no_effect()
    {
        await using var session = await database.OpenAsync();

        await session.ExecuteAsync($"SELECT pgml.train('{_project}', 'regression', 'line_1', 'y', 'ridge', search_params => '{{\"alpha\": [1]}}')");

        session.Notices.ShouldContain("search_params has no effect without search => 'grid' or 'random'");
    }

    [Theory]
    [InlineData("pgml.train(repeat('x', 2001), 'regression', 'line_1', 'y')", "2001 bytes")]
    [InlineData("pgml.train(repeat('x', 70000000), 'regression', 'line_1', 'y')", "70000000 bytes")]
    [InlineData("pgml.predict(repeat('x', 3000000), ARRAY[1])", "3000000 bytes")]
    [InlineData("pgml.drop_project(repeat('x', 3000000))", "3000000 bytes")]
    [InlineData("pgml.train('s', 'regression', 'line_1', 'y', seed => 9223372036854775807)", "seed")]
    [InlineData("pgml.train('s', 'regression', 'line_1', 'y', seed => '-9223372036854775808')", "seed")]
    [InlineData("pgml.train('s', 'regression', 'line_1', 'y', test_size => 1e9)", "test_size")]
    [InlineData("pgml.train('s', 'regression', 'line_1', 'y', test_size => '-1e38')", "test_size")]
    public async Task Arguments_without_measure_are_bad_arguments(string call, string thing)
    {
        await using var session = await database.OpenAsync();

        await session.RefuseAsync("22023", thing, $"SELECT {call}");
    }

    [Fact]
    public async Task The_longest_name_of_a_project_is_one()
    {
        await using var session = await database.OpenAsync();
        var name = string.Concat(Enumerable.Range(0, 200).Select(i => $"{i * 7919 % 100_000_007:D10}"));

        await session.TrainAndDeployLineAsync(name, 3);

        (await session.SlopeAsync(name)).ShouldBe(3);
    }

    [Fact]
    public async Task Every_kind_of_relation_with_rows_is_learnt_from_and_a_temporary_one_only_by_its_session()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"""
            CREATE MATERIALIZED VIEW kept AS SELECT * FROM line_1;
            CREATE TABLE parts (x real, y real) PARTITION BY RANGE (x);
            CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (30); CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM (30) TO (100);
            INSERT INTO parts SELECT * FROM line_1;
            CREATE TEMP TABLE mine AS SELECT * FROM line_1;
            CREATE EXTENSION postgres_fdw; CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{database.Server.ConnectionString().Host}', port '{database.Server.Port}', dbname '{database.Name}');
            CREATE USER MAPPING FOR postgres SERVER here OPTIONS (user 'postgres'); CREATE FOREIGN TABLE away (x real, y real) SERVER here OPTIONS (schema_name 'public', table_name 'line_1')
            """);
        foreach (var relation in new[] { "kept", "parts", "mine", "pg_temp.mine", "away", $"{database.Name}.public.line_1" })
        {
            await session.ExecuteAsync("SELECT pgml.train($1, 'regression', $2, 'y')", $"{relation} {_project}", relation);
            (await session.SlopeAsync($"{relation} {_project}")).ShouldBe(1, relation);
        }
        var schema = await session.ScalarAsync<string>("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()");
        await using var other = await database.OpenAsync();

        await other.RefuseAsync("0A000", "temporary table of another session", $"SELECT pgml.train('{_project}', 'regression', '{schema}.mine', 'y')");
        await other.RefuseAsync("42P01", "mine", $"SELECT pgml.train('{_project}', 'regression', 'mine', 'y')");
        await other.RefuseAsync("0A000", "temporary table of another session", $"SELECT pgml.train('mine {_project}')");
    }

    [Theory]
    [InlineData("22003", "\"x\"", "ARRAY[1e400::numeric]")]
    [InlineData("22003", "\"x\"", "ROW(-1e400::numeric)")]
    [InlineData("22003", "\"x\"", "ARRAY[1e39::float8]")]
    [InlineData("22004", "\"x\"", "ARRAY[NULL]::real[]")]
    [InlineData("42804", "jsonb", "'{}'::jsonb")]
    [InlineData("42804", "pgml.search", "ROW('grid'::pgml.search)")]
    [InlineData("22023", "1000000 given", "array_fill(1::real, ARRAY[1000000])")]
    public async Task Odd_features_of_a_prediction_are_named(string sqlState, string thing, string features)
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync(_project, 2);

        await session.RefuseAsync(sqlState, thing, $"SELECT pgml.predict('{_project}', {features})");
    }

    [Theory]
    [InlineData("ARRAY[1e-400::numeric]", "0")]
    [InlineData("ARRAY['NaN'::numeric]", "NaN")]
    [InlineData("ARRAY['Infinity']::real[]", "Infinity")]
    [InlineData("ROW('-Infinity'::float8)", "-Infinity")]
    [InlineData("ARRAY[[[10]]]", "20")]
    [InlineData("'[5:5]={10}'::real[]", "20")]
    public async Task Numbers_at_the_ends_are_numbers(string features, string expected)
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync(_project, 2);

        (await session.ScalarAsync<string>($"SELECT round(pgml.predict('{_project}', {features})::numeric)::text")).ShouldBe(expected);
    }
}
