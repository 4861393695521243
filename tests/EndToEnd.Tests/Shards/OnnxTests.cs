using Graincast.Onnx;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>ONNX models are scored by the silo of the node that holds the row.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OnnxTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Shards_answer_with_the_committed_model_and_with_that_of_the_open_transaction()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "onnx", 10);
        await using var session = await rows.OpenAsync();
        const string Wrong = "SELECT count(*) FROM onnx.rows WHERE id <= 200 AND abs(pgml.predict('sharded onnx', ARRAY[a]) - {0} * a) > 1e-3";
        await session.ScalarAsync<long>("SELECT pgml.import_model('sharded onnx', 'regression', $1)", OnnxFiles.Linear([2], 0));

        foreach (var node in cluster.Nodes)
        {
            await using var at = await rows.OpenAsync(node);
            (await at.ScalarAsync<long>(string.Format(Wrong, 2))).ShouldBe(0, $"node {node}");
        }

        await session.ExecuteAsync("BEGIN");
        await session.ScalarAsync<long>("SELECT pgml.import_model('sharded onnx', 'regression', $1)", OnnxFiles.Linear([3], 0));
        (await session.ScalarAsync<long>(string.Format(Wrong, 3))).ShouldBe(0);
        await session.ExecuteAsync("ROLLBACK");
        (await session.ScalarAsync<long>(string.Format(Wrong, 2))).ShouldBe(0);
    }
}
