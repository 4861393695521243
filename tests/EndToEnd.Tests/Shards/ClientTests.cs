using System.Diagnostics;
using Graincast.Client;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>A client of the SDK beside a cluster: keys are answered where their rows are, and the loss of a silo is the loss of its rows' answers only.</summary>
public sealed class ClientTests(GraincastCluster cluster) : IClassFixture<GraincastCluster>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_answered_by_the_node_that_holds_the_row_also_after_it_was_moved()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("sdk_keys");
        await using var client = await RunningClient.StartAsync(cluster.ConnectionString());
        var project = client.Project("sdk_keys");
        HashSet<string> nodes = [];
        for (var key = 1; key <= 200; key++)
        {
            var answer = await project.PredictByKeyAsync(key, Test);
            answer.Value.ShouldBe(key % 100 + 10, 0.01);
            answer.Node.ShouldBe($"{(await cluster.PlaceAsync("sdk_keys", key)).Node}");
            nodes.Add(answer.Node);
        }
        nodes.Order().ShouldBe(["1", "2"]);

        for (var key = 1; key <= 3; key++)
        {
            var to = await cluster.MoveAsync("sdk_keys", key);
            var clock = Stopwatch.StartNew();
            (await project.PredictByKeyAsync(key, Test)).Value.ShouldBe(key % 100 + 10, 0.01);
            await Wait.UntilAsync("the moved row is answered where it is", async () => (await project.PredictByKeyAsync(key, Test)).Node == $"{to}", TimeSpan.FromSeconds(5));
        }
    }

    [Fact(Explicit = true)]
    public async Task A_lost_silo_takes_only_the_answers_for_its_own_rows_with_it()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("sdk_lost");
        await using var client = await RunningClient.StartAsync(cluster.ConnectionString(), options => options.ResponseTimeout = TimeSpan.FromSeconds(8));
        var project = client.Project("sdk_lost");
        var keys = await Task.WhenAll(Enumerable.Range(1, 40).Select(async key => (Key: key, (await cluster.PlaceAsync("sdk_lost", key)).Node)));
        await Task.WhenAll(keys.Select(key => project.PredictByKeyAsync(key.Key, Test)));

        await cluster.KillSiloAsync(2);
        await AskAsync("killed");
        await cluster.StartSilosAsync();
        await Wait.UntilAsync("node 2 answers again", () => AnswersAsync(keys.First(key => key.Node == 2).Key));

        cluster.StopSilo(2);
        await AskAsync("frozen");
        await cluster.KillFrozenSilosAsync();
        await cluster.StartSilosAsync();
        await Wait.UntilAsync("node 2 answers again", () => AnswersAsync(keys.First(key => key.Node == 2).Key));

        async Task AskAsync(string how)
        {
            foreach (var key in keys.Where(key => key.Node == 1))
            {
                (await project.PredictByKeyAsync(key.Key, Test)).Node.ShouldBe("1", how);
            }
            var clock = Stopwatch.StartNew();
            var error = await Should.ThrowAsync<GraincastException>(() => project.PredictByKeyAsync(keys.First(key => key.Node == 2).Key, Test));
            clock.Elapsed.ShouldBeWithin(TimeSpan.FromSeconds(10), how);
            error.SqlState.ShouldBe(SqlState.ConnectionLost, error.Message);
            error.Message.ShouldContain("node 2", Case.Sensitive, how);
        }

        async Task<bool> AnswersAsync(int key)
        {
            try
            {
                return (await project.PredictByKeyAsync(key, Test)).Node == "2";
            }
            catch (GraincastException)
            {
                return false;
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task Silos_that_are_restarted_one_by_one_fail_no_call_of_a_client_and_no_prediction_in_SQL()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("rolling");
        // A silo takes long to start where other tests are under way.
        await using var client = await RunningClient.StartAsync(
            cluster.ConnectionString(), options => (options.ResponseTimeout, options.MaxRetryAttempts) = (TimeSpan.FromMinutes(2), 100));
        var project = client.Project("rolling");
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(caller => CallAsync(caller)).ToArray();
        var sql = cluster.Nodes.Select(PredictAsync).ToArray();

        foreach (var node in cluster.Nodes)
        {
            await cluster.RestartSiloAsync(node);
        }
        await over.CancelAsync();

        (await Task.WhenAll(callers)).ShouldAllBe(calls => calls > 2);
        (await Task.WhenAll(sql)).ShouldAllBe(calls => calls > 2);

        async Task<int> CallAsync(int caller)
        {
            await Task.Yield();
            var calls = 0;
            for (; !over.IsCancellationRequested; calls++)
            {
                var key = (calls * 8 + caller) % KeyedShards.Count + 1;
                var value = calls % 2 == 0 ? (await project.PredictByKeyAsync(key, Test)).Value : await project.PredictAsync([key % 100], Test);
                value.ShouldBe(key % 100 + 10, 0.01);
                await Task.Delay(10, Test);
            }
            return calls;
        }

        async Task<int> PredictAsync(int node)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            var calls = 0;
            for (; !over.IsCancellationRequested; calls++)
            {
                (await session.ScalarAsync<float>("SELECT pgml.predict('rolling', ARRAY[7]::real[])")).ShouldBe(17, 0.01);
                // Without a pause three backends take the CPU that the silos need to start.
                await Task.Delay(10, Test);
            }
            return calls;
        }
    }
}
