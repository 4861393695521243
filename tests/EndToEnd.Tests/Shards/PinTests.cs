using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>
/// A transaction predicts with the model that it trained or deployed, on every node. The catalog's rows of it are on connections that the shards' backends
/// do not share, so the model is pinned for them.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class PinTests(GraincastCluster cluster)
{
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task Shards_answer_with_the_model_of_this_transaction_and_nobody_else_sees_it(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"pinned_{node}", 10);
        var added = 31 + node;
        await rows.AddLineAsync(added);
        await using var session = await rows.OpenAsync(node);
        await using var other = await rows.OpenAsync(node);

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Train(added));
        await session.ExecuteAsync(rows.Deploy(added));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe($"{added}");
        (await session.ScalarAsync<float>($"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])")).ShouldBe(1 + added, 0.01);
        (await session.ScalarAsync<string>(rows.AddedByShard)).Split(',').ShouldAllBe(answer => answer.EndsWith($" {added}"));
        (await other.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        await session.ExecuteAsync("COMMIT");

        (await session.ScalarAsync<string>("SHOW graincast.pin")).ShouldBeEmpty();
        foreach (var at in cluster.Nodes)
        {
            await using var fresh = await rows.OpenAsync(at);
            (await fresh.ScalarAsync<string>(rows.Added)).ShouldBe($"{added}");
        }
        (await other.ScalarAsync<string>(rows.Added)).ShouldBe($"{added}");
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task A_rollback_takes_the_model_back_from_every_shard(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"unpinned_{node}", 10);
        var added = 41 + node;
        await rows.AddLineAsync(added);
        await using var session = await rows.OpenAsync(node);

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Train(added));
        await session.ExecuteAsync(rows.Deploy(added));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe($"{added}");
        await session.ExecuteAsync("ROLLBACK");

        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        (await session.ScalarAsync<string>("SHOW graincast.pin")).ShouldBeEmpty();
        foreach (var at in cluster.Nodes)
        {
            (await cluster.ScalarAsync<long>($"SELECT count(*) FROM pgml.trained_models WHERE name = '{rows.Role}'", at)).ShouldBe(1);
        }
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task A_rollback_to_a_savepoint_goes_back_to_the_model_of_before_it(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"saved_{node}", 10, 20, 30);
        await using var session = await rows.OpenAsync(node);

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Deploy(20));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20");
        await session.ExecuteAsync("SAVEPOINT one");
        await session.ExecuteAsync(rows.Deploy(30));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("30");
        await session.ExecuteAsync("ROLLBACK TO SAVEPOINT one");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20");
        await session.ExecuteAsync(rows.Deploy(30));
        await session.ExecuteAsync("RELEASE SAVEPOINT one");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("30");
        await session.ExecuteAsync("COMMIT");

        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("30");
    }

    /// <summary>A parallel read of a distributed table must not keep the catalog from being written, nor a write of it the reads that follow.</summary>
    [Theory, InlineData(0), InlineData(1)]
    public async Task Reading_and_writing_shards_and_deploying_mix_in_one_transaction(int node)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"mixed_{node}", 10, 20);
        await using var session = await rows.OpenAsync(node);

        await session.ExecuteAsync("BEGIN");
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        await session.ExecuteAsync($"INSERT INTO {rows.Table} SELECT -i, i FROM generate_series(1, 50) i");
        await session.ExecuteAsync(rows.Deploy(20));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("20");
        await session.ExecuteAsync($"UPDATE {rows.Table} SET a = a + 1 WHERE id < 0");
        await session.ExecuteAsync(rows.Deploy(10));
        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
        await session.ExecuteAsync($"DELETE FROM {rows.Table} WHERE id < 0");
        await session.ExecuteAsync("COMMIT");

        (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
    }

    [Fact]
    public async Task A_pin_of_an_uncommitted_model_opens_it_for_nobody_else()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "pin_owner", 10);
        await rows.AddLineAsync(51);
        await using var thief = await cluster.ConnectAsAsync("pin_thief");
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Train(51));
        await session.ExecuteAsync(rows.Deploy(51));
        var pin = await session.ScalarAsync<string>("SHOW graincast.pin");

        foreach (var node in cluster.Nodes)
        {
            await using var stolen = await Session.OpenAsync(cluster, "pin_thief", node);
            await stolen.ExecuteAsync($"SET graincast.pin = '{pin}'");
            var error = await stolen.FailAsync($"SELECT pgml.predict('{rows.Role}', ARRAY[1]::real[])");
            error.SqlState.ShouldBe(SqlState.UndefinedObject, error.MessageText);
        }
        await session.ExecuteAsync("ROLLBACK");
    }

    /// <summary>Setting the pin for the shards leaves the caller's own SET LOCAL what it was.</summary>
    [Fact]
    public async Task The_callers_settings_are_sent_on_or_not_as_before()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "set_local", 10, 20);
        await using var session = await rows.OpenAsync();

        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(rows.Deploy(20));
        await session.ExecuteAsync("SET LOCAL statement_timeout = '77s'");

        (await session.ScalarAsync<string>("SHOW citus.propagate_set_commands")).ShouldBe("none");
        (await session.ScalarAsync<string>($"SELECT string_agg(DISTINCT t, ',') FROM (SELECT current_setting('statement_timeout') t FROM {rows.Table}) s")).ShouldNotContain("77s");
        await session.ExecuteAsync("ROLLBACK");
    }
}
