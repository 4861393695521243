using Graincast.Scoring;
using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Four workers.</summary>
public sealed class FourWorkers() : GraincastCluster(workers: 4);

/// <summary>
/// The same rows on one, two and four nodes give the same model. They are distributed by the column place, so that it is known what is where: node counts
/// are unequal, one shard is empty, the label "rare" and the city "zz" are on one node only, and there are NULLs.
/// </summary>
public sealed class SameModelTests(FourWorkers cluster) : IClassFixture<FourWorkers>
{
    private const int Rows = 6000;

    private const string Preprocess = """
        {"city": {"encode": "one_hot", "impute": "mode"}, "a": {"impute": "mean", "scale": "standard"}, "b": {"impute": "median", "scale": "robust"}}
        """;

    private static readonly int[] NodeCounts = [1, 2, 4];

    [Fact]
    public async Task The_same_rows_on_one_two_and_four_nodes_give_the_same_model()
    {
        Servers.Citus.Require();
        await cluster.ExecuteAsync("CREATE SCHEMA same");
        foreach (var nodes in NodeCounts)
        {
            await DistributeAsync(nodes);
        }
        await using var session = await Session.OpenAsync(cluster);

        await CompareAsync(session, "linear", "regression", "score", "linear", "{}", 1e-9);
        await CompareAsync(session, "ridge", "regression", "score", "ridge", "{}", 1e-9);
        await CompareAsync(session, "logistic", "classification", "is_high", "linear", """{"tol": 1e-9}""", 1e-9);
        await CompareAsync(session, "softmax", "classification", "label", "linear", """{"tol": 1e-9}""", 1e-9);
        await CompareAsync(session, "boosted", "regression", "score", "lightgbm", """{"n_estimators": 20}""", 1e-9);
        await CompareAsync(session, "boosted_labels", "classification", "label", "lightgbm", """{"n_estimators": 10}""", 1e-9);
        await CompareAsync(session, "clusters", "clustering", null, "kmeans", """{"n_clusters": 4, "n_init": 2}""", 1e-6);
        await CompareAsync(session, "components", "decomposition", null, "pca", """{"n_components": 2}""", 1e-6);
    }

    private static string Relation(int nodes, string? label) => $"same.on_{nodes}_{label ?? "none"}";

    private async Task DistributeAsync(int nodes)
    {
        // What is created now lies on as many workers, however many there are.
        await cluster.ExecuteAsync($"""
            SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', groupid BETWEEN 1 AND {nodes}) FROM pg_dist_node;
            CREATE TABLE same.rows_{nodes} (place int, a float8, b real, c int, city text, score float8, is_high bool, label text);
            SELECT create_distributed_table('same.rows_{nodes}', 'place', shard_count => 8, colocate_with => 'none');
            INSERT INTO same.rows_{nodes}
            SELECT place, CASE WHEN i % 17 <> 0 THEN a END, CASE WHEN i % 23 <> 0 THEN b END, c, CASE WHEN i % 29 <> 0 THEN city END, score, score > 0,
                CASE WHEN place = 3 AND i % 2 = 0 THEN 'rare' WHEN score > 20 THEN 'high' ELSE 'low' END
            FROM (
                SELECT i, CASE WHEN i % 10 < 6 THEN 1 WHEN i % 10 < 9 THEN 2 ELSE 3 END AS place, a, b, c, city, 3 * a - b / 10 + c + CASE city WHEN 'x' THEN 4 ELSE 0 END AS score
                FROM (
                    SELECT i, sin(i) * 10 AS a, (i * 7919 % 1000)::real AS b, i % 13 AS c,
                        CASE WHEN i % 10 = 9 AND i % 3 = 0 THEN 'zz' ELSE (ARRAY['x', 'y', 'w'])[i % 3 + 1] END AS city
                    FROM generate_series(1, {Rows}) AS i) AS numbers) AS rows;
            CREATE VIEW {Relation(nodes, "score")} AS SELECT a, b, c, city, score FROM same.rows_{nodes};
            CREATE VIEW {Relation(nodes, "is_high")} AS SELECT a, b, c, city, is_high FROM same.rows_{nodes};
            CREATE VIEW {Relation(nodes, "label")} AS SELECT a, b, c, city, label FROM same.rows_{nodes};
            CREATE VIEW {Relation(nodes, null)} AS SELECT a, b, c, city FROM same.rows_{nodes};
            """);
    }

    private static async Task CompareAsync(Session session, string project, string task, string? label, string algorithm, string hyperparams, double tolerance)
    {
        List<ScoringModel> models = [];
        foreach (var nodes in NodeCounts)
        {
            await session.ExecuteAsync($"""
                SELECT * FROM pgml.train('same_{project}', '{task}', '{Relation(nodes, label)}', {(label is null ? "NULL" : $"'{label}'")}, '{algorithm}',
                    hyperparams => '{hyperparams}', preprocess => '{Preprocess}')
                """);
            (await session.ScalarAsync<int>("SELECT nodes FROM pgml.runs ORDER BY started_at DESC LIMIT 1")).ShouldBe(nodes == 4 ? 3 : nodes, $"{project}: one of the four nodes has no rows");
            models.Add(ScoringModel.Open(await session.ScalarAsync<byte[]>("SELECT data FROM pgml.files ORDER BY model_id DESC LIMIT 1")));
        }

        foreach (var (model, nodes) in models.Zip(NodeCounts).Skip(1))
        {
            foreach (var inputs in Inputs(model))
            {
                var (one, other) = (new double[model.Outputs], new double[model.Outputs]);
                models[0].Scores(inputs, one);
                model.Scores(inputs, other);
                for (var k = 0; k < one.Length; k++)
                {
                    Math.Abs(one[k] - other[k]).ShouldBeLessThanOrEqualTo(tolerance * Math.Max(1, Math.Abs(one[k])), $"{project} on {nodes} nodes: {one[k]:R} and {other[k]:R}");
                }
            }
        }
        models.ForEach(model => model.Dispose());
    }

    /// <summary>Every row of the table, NULLs included.</summary>
    private static IEnumerable<float[]> Inputs(ScoringModel model)
    {
        string[] cities = ["x", "y", "w", "zz"];
        for (var i = 1; i <= Rows; i++)
        {
            yield return
            [
                i % 17 == 0 ? float.NaN : (float)(Math.Sin(i) * 10), i % 23 == 0 ? float.NaN : i * 7919L % 1000, i % 13,
                i % 29 == 0 ? float.NaN : model.Category(3, i % 10 == 9 && i % 3 == 0 ? cities[3] : cities[i % 3]),
            ];
        }
    }
}
