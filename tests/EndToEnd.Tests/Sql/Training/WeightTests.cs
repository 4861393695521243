using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>weight_column: how often each row counts.</summary>
public sealed class WeightTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Weighted_rows_give_the_model_of_as_many_copies_and_the_weight_is_no_feature()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE TABLE weighed AS SELECT x::real, x % 4 AS copies, (x + 10 * sin(x))::real AS y FROM generate_series(1, 60) x;
            CREATE VIEW copied AS SELECT x, y FROM weighed, generate_series(1, copies);
            SELECT pgml.train('weighed', 'regression', 'weighed', 'y', test_size => 0, weight_column => 'copies');
            SELECT pgml.train('copied', 'regression', 'copied', 'y', test_size => 0)
            """);

        (await session.ScalarAsync<double>("SELECT max(abs(pgml.predict('weighed', ARRAY[x]) - pgml.predict('copied', ARRAY[x]))) FROM weighed")).ShouldBeLessThan(1e-4);
        (await session.ScalarAsync<bool>("SELECT bool_and(pgml.predict('weighed', t) = pgml.predict('weighed', ARRAY[x])) FROM weighed t")).ShouldBeTrue();
        await session.FailAsync("22023", "SELECT pgml.predict('weighed', ARRAY[1, 2])");

        await session.ExecuteAsync("SELECT pgml.train('weighed', algorithm => 'ridge')");
        (await session.RowsAsync("""
            SELECT s.weight_column, m.num_features, s.columns @> '[{"name": "copies", "label": false, "weight": true}]', (m.metrics ->> 'training_rows')::int
            FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'weighed' ORDER BY m.id
            """)).ShouldBe([["copies", 1, true, 45], ["copies", 1, true, 45]]);
    }

    [Fact]
    public async Task Columns_that_cannot_be_weights_are_refused_with_what_to_do()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TABLE misweighed AS SELECT x::real, x::text AS t, ARRAY[x] AS a, x > 9 AS b, (2 * x)::real AS y, 0 AS none FROM generate_series(1, 40) x");
        async Task<string> Refused(string state, string more)
        {
            var error = await session.FailAsync(state, $"SELECT pgml.train('misweighed', 'regression', 'misweighed', 'y', {more})");
            error.Hint.ShouldNotBeNullOrEmpty();
            return error.MessageText;
        }

        (await Refused("42703", "weight_column => 'wieght'")).ShouldContain("\"wieght\"");
        (await Refused("22023", "weight_column => 'y'")).ShouldContain("is the label");
        (await Refused("22023", "weight_column => 'x', exclude => '{x}'")).ShouldContain("cannot be excluded");
        foreach (var column in new[] { "t", "a", "b" })
        {
            (await Refused("42804", $"weight_column => '{column}'")).ShouldContain($"\"{column}\"");
        }

        (await Refused("22023", "weight_column => 'x', exclude => '{t,a,b,none}'")).ShouldContain("no feature columns");
        (await Refused("22023", "weight_column => 'none', exclude => '{t}'")).ShouldContain("weight 0");
        foreach (var (value, state) in new[] { ("NULL", "22004"), ("-1", "22023"), ("'NaN'", "22023"), ("'Infinity'", "22023") })
        {
            await session.ExecuteAsync($"CREATE OR REPLACE VIEW misweighed_rows AS SELECT x, y, CASE x WHEN 7 THEN {value}::real ELSE 1 END AS w FROM misweighed");
            (await session.FailAsync(state, "SELECT pgml.train('misweighed', 'regression', 'misweighed_rows', 'y', weight_column => 'w')")).MessageText.ShouldContain("\"w\"");
        }

        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'misweighed'")).ShouldBe(0);
    }
}
