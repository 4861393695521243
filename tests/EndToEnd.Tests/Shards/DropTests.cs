using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>What a transaction drops is gone for it on every shard at once, and for everyone on every node with its commit.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DropTests(GraincastCluster cluster)
{
    [Theory, InlineData(0), InlineData(1)]
    public async Task A_dropped_project_answers_on_no_shard_and_a_rollback_brings_it_back(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"dropped_{node}", 10, 20);
        await using var session = await rows.OpenAsync(node);
        var readers = await Task.WhenAll(cluster.Nodes.Select(rows.OpenAsync));
        var model = await session.ScalarAsync<long>($"SELECT pgml.deployed_model('{rows.Role}')");
        var byId = $"SELECT count(pgml.predict({model}::bigint, ARRAY[a]::real[])) FROM {rows.Table}";
        await ShouldAllAddAsync("10");

        await session.ExecuteAsync("BEGIN");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        await session.ExecuteAsync($"SELECT pgml.drop_project('{rows.Role}')");
        foreach (var sql in new[] { rows.Added, byId, $"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])" })
        {
            await session.ExecuteAsync("SAVEPOINT asked");
            (await session.FailAsync(sql)).SqlState.ShouldBe(SqlState.UndefinedObject, sql);
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT asked");
        }
        await ShouldAllAddAsync("10");
        await session.ExecuteAsync("ROLLBACK");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        await ShouldAllAddAsync("10");

        await session.ExecuteAsync($"SELECT pgml.drop_project('{rows.Role}')");

        foreach (var reader in readers)
        {
            (await reader.FailAsync(rows.Added)).SqlState.ShouldBe(SqlState.UndefinedObject);
            (await reader.FailAsync(byId)).SqlState.ShouldBe(SqlState.UndefinedObject);
            await reader.DisposeAsync();
        }
        foreach (var at in cluster.Nodes)
        {
            (await cluster.ScalarAsync<long>($"SELECT count(*) FROM pgml.snapshots WHERE relation_name LIKE '{rows.Role}.%'", at)).ShouldBe(0);
            (await cluster.ScalarAsync<long>("SELECT count(*) FROM pgml.files WHERE model_id NOT IN (SELECT id FROM pgml.models)", at)).ShouldBe(0);
        }

        async Task ShouldAllAddAsync(string added)
        {
            foreach (var reader in readers)
            {
                (await reader.ScalarAsync<string>(rows.Added)).ShouldBe(added);
            }
        }
    }

    [Fact]
    public async Task A_dropped_model_answers_on_no_shard_of_its_transaction_and_the_deployed_one_on_all()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "dropped_model", 10, 20);
        await using var session = await rows.OpenAsync();
        var dropped = await session.ScalarAsync<long>($"SELECT pgml.deployed_model('{rows.Role}')");
        var byId = $"SELECT count(pgml.predict({dropped}::bigint, ARRAY[a]::real[])) FROM {rows.Table}";
        (await session.ScalarAsync<long>(byId)).ShouldBe(ShardedRows.Count);
        (await session.FailAsync($"SELECT pgml.drop_model({dropped})")).SqlState.ShouldBe("55006");

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Deploy(20));
        await session.ExecuteAsync($"SELECT pgml.drop_model({dropped})");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20");
        await session.ExecuteAsync("SAVEPOINT asked");
        (await session.FailAsync(byId)).SqlState.ShouldBe(SqlState.UndefinedObject);
        await session.ExecuteAsync("ROLLBACK TO SAVEPOINT asked");
        await session.ExecuteAsync("COMMIT");

        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20");
        (await session.FailAsync(byId)).SqlState.ShouldBe(SqlState.UndefinedObject);
    }

    /// <summary>A dropped project is pinned with model 0.</summary>
    [Fact]
    public async Task No_model_has_the_number_0_whatever_the_pin_says()
    {
        Servers.Citus.Require();
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            await session.ExecuteAsync("SELECT pgml.version()");
            await session.ExecuteAsync($"SET graincast.pin = '61:0:{new string('0', 64)}'");

            (await session.FailAsync("SELECT pgml.predict(0::bigint, ARRAY[1]::real[])")).SqlState.ShouldBe(SqlState.UndefinedObject);
            (await session.FailAsync("SELECT pgml.feature_importance(0::bigint)")).SqlState.ShouldBe(SqlState.UndefinedObject);
            (await session.FailAsync("SELECT pgml.predict('', ARRAY[1]::real[])")).SqlState.ShouldBe(SqlState.UndefinedObject);
            (await session.ScalarAsync<int>("SELECT 1")).ShouldBe(1);
        }
    }
}
