using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>What one node commits, the backends of all nodes answer with from their next statement on.</summary>
[Collection(ClusterCollection.Name)]
public sealed class InvalidationTests(GraincastCluster cluster)
{
    private const int Statements = 60;

    [Theory, InlineData(0), InlineData(1)]
    public async Task Backends_that_have_predicted_follow_every_commit_and_no_rollback(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"follow_{node}", 10, 20);
        await using var writer = await rows.OpenAsync(node);
        var readers = await Task.WhenAll(cluster.Nodes.Select(rows.OpenAsync));
        await readers[2].ExecuteAsync("BEGIN");

        await ShouldAllAddAsync(10);
        await writer.ExecuteAsync(rows.Deploy(20));
        await ShouldAllAddAsync(20);
        await writer.ExecuteAsync("BEGIN");
        await writer.ExecuteAsync(rows.Deploy(10));
        await ShouldAllAddAsync(20);
        await writer.ExecuteAsync("ROLLBACK");
        await ShouldAllAddAsync(20);
        await writer.ExecuteAsync("BEGIN");
        await writer.ExecuteAsync("SAVEPOINT one");
        await writer.ExecuteAsync(rows.Deploy(10));
        await writer.ExecuteAsync("ROLLBACK TO SAVEPOINT one");
        await writer.ExecuteAsync("COMMIT");
        await ShouldAllAddAsync(20);
        await writer.ExecuteAsync(rows.Deploy(10));
        await ShouldAllAddAsync(10);

        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }

        async Task ShouldAllAddAsync(int added)
        {
            foreach (var reader in readers)
            {
                (await reader.ScalarAsync<string>(rows.Added)).ShouldBe($"{added}");
                (await reader.ScalarAsync<float>($"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])")).ShouldBe(1 + added, 0.01);
            }
        }
    }

    [Fact]
    public async Task Readers_of_all_nodes_see_committed_models_only_and_one_for_each_shard()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "readers", 10, 20, 30);
        await using var writer = await rows.OpenAsync();
        using var over = new CancellationTokenSource();
        var readers = new[] { 0, 0, 1, 2 }.Select(node => ReadAsync(rows, node, rows.AddedByShard, over.Token)).ToArray();
        var exact = ReadAsync(rows, 1, rows.AddedByShardExactly, over.Token);

        for (var i = 0; i < Statements; i++)
        {
            await writer.ExecuteAsync(rows.Deploy(i % 2 == 0 ? 20 : 10));
            await writer.ExecuteAsync("BEGIN");
            await writer.ExecuteAsync(rows.Deploy(30));
            (await writer.ScalarAsync<string>(rows.Added)).ShouldBe("30");
            await writer.ExecuteAsync("ROLLBACK");
        }
        await over.CancelAsync();

        (await exact).ShouldAllBe(answer => answer.Split(',').Length == 8 && answer.Split(',').Select(line => line.Split(' ')[2]).Distinct().Count() == 1, "one model over all nodes");
        var seen = (await Task.WhenAll(readers)).SelectMany(answers => answers).ToList();
        seen.SelectMany(answer => answer.Split(',')).Select(line => line.Split(' ')[2]).Distinct().Order().ShouldBe(["10", "20"]);
        seen.ShouldAllBe(answer => answer.Split(',').Length == 8, "a shard that two models answered for would be there twice");
    }

    private static async Task<List<string>> ReadAsync(ShardedRows rows, int node, string sql, CancellationToken over)
    {
        await using var session = await rows.OpenAsync(node);
        List<string> answers = [];
        while (!over.IsCancellationRequested)
        {
            answers.Add(await session.ScalarAsync<string>(sql));
        }
        return answers;
    }
}
