using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Labels of a classification are answered on the node that holds the row.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PredictLabelTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Shards_answer_the_label_and_that_of_the_model_of_the_open_transaction()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "labels", 10);
        await using var session = await rows.OpenAsync();
        foreach (var (table, low, high) in new[] { ("sizes", "klein", "groß 🐘"), ("heights", "low", "high") })
        {
            await session.ExecuteAsync($"CREATE TABLE labels.{table} AS SELECT a::float8, CASE WHEN a >= 50 THEN '{high}' ELSE '{low}' END AS label FROM generate_series(0, 99) a");
            await session.ScalarAsync<object>($"SELECT create_reference_table('labels.{table}')");
        }
        const string ByNode = """
            SELECT string_agg(concat_ws(' ', port, label, rows), ',' ORDER BY port, label COLLATE "C")
            FROM (SELECT current_setting('port') AS port, pgml.predict_label('named', ARRAY[a]) AS label, count(*) AS rows FROM labels.rows GROUP BY 1, 2) answers
            """;
        const string Labels = """
            SELECT string_agg(concat_ws(' ', label, rows), ',' ORDER BY label COLLATE "C")
            FROM (SELECT pgml.predict_label('named', ARRAY[a]) AS label, count(*) AS rows FROM labels.rows GROUP BY 1) answers
            """;

        await session.ExecuteAsync("SELECT pgml.train('named', 'classification', 'labels.sizes', 'label', test_size => 0)");

        foreach (var node in cluster.Nodes)
        {
            await using var at = await rows.OpenAsync(node);
            (await at.ScalarAsync<string>(Labels)).ShouldBe("groß 🐘 1000,klein 1000");
            var ports = (await at.ScalarAsync<string>(ByNode)).Split(',').Select(line => line.Split(' ')[0]).Distinct();
            ports.ShouldBe(cluster.Nodes.Where(number => number > 0).Select(number => $"{cluster.Port(number)}").Order(StringComparer.Ordinal));
        }
        (await session.LinesAsync("EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM labels.rows WHERE pgml.predict_label('named', ARRAY[a]) = 'klein'")).ShouldContain("WHERE (pgml.predict_label(");

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("SELECT pgml.train('named', 'classification', 'labels.heights', 'label', test_size => 0)");
        (await session.ScalarAsync<string>(Labels)).ShouldBe("high 1000,low 1000");
        await session.ExecuteAsync("ROLLBACK");
        (await session.ScalarAsync<string>(Labels)).ShouldBe("groß 🐘 1000,klein 1000");
        var error = await session.FailAsync($"SELECT count(pgml.predict_label('{rows.Role}', ARRAY[a])) FROM labels.rows");
        error.SqlState.ShouldBe(SqlState.FeatureNotSupported);
        error.Hint.ShouldNotBeNull();
    }
}
