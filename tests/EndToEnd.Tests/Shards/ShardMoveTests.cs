using System.Collections.Concurrent;
using System.Diagnostics;
using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Shards go from worker to worker, and every answer is right or an error that says to try again.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ShardMoveTests(GraincastCluster cluster, ITestOutputHelper output)
{
    private const long Rows = 20_000;
    private const string Moved = "40001";
    private const string NoTable = "42P01";

    [Fact]
    public Task Trainings_and_predictions_during_shard_moves_are_right_or_to_be_tried_again() => MoveTrainAndPredictAsync("moving", TimeSpan.FromSeconds(20));

    [Fact(Explicit = true)]
    public Task Trainings_and_predictions_during_five_minutes_of_shard_moves_are_right_or_to_be_tried_again() => MoveTrainAndPredictAsync("moving_long", TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData("force_logical", 0)]
    [InlineData("block_writes", 0)]
    [InlineData("block_writes", 1)]
    public async Task A_training_that_comes_too_late_for_a_moved_shard_says_so_and_the_next_one_has_every_row(string mode, int from)
    {
        Servers.Citus.Require();
        const int gate = 4711;
        var schema = $"late_{mode}_{from}";
        await CreateAsync(schema);
        // Every row waits for the gate, and each node is read one shard after the other.
        await cluster.ExecuteAsync($"""
            CREATE FUNCTION {schema}.pass() RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({gate}); RETURN true; END $$;
            CREATE VIEW {schema}.gated AS SELECT a, y FROM {schema}.rows WHERE {schema}.pass()
            """);
        await using var session = await Session.OpenAsync(cluster, node: from);
        await session.ExecuteAsync("SET citus.max_adaptive_executor_pool_size = 1");
        await using var gatekeeper = await Session.OpenAsync(cluster, node: 1);
        await gatekeeper.ExecuteAsync($"SELECT pg_advisory_lock({gate})");
        var training = session.FailAsync($"SELECT * FROM pgml.train('{schema}', 'regression', '{schema}.gated', 'y')");
        await Wait.UntilAsync("node 1 reads its first shard", async () => await cluster.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'", 1) == 1);

        // The last shard: it is not yet being read.
        var shard = await cluster.ScalarAsync<long>($"SELECT max(shardid) FROM citus_shards WHERE table_name = '{schema}.rows'::regclass AND nodeport = {cluster.Port(1)}");
        await MoveAsync(shard, 1, 2, mode);
        await cluster.ExecuteAsync("CALL citus_cleanup_orphaned_resources()");
        await gatekeeper.ExecuteAsync($"SELECT pg_advisory_unlock({gate})");

        var error = await training;
        error.SqlState.ShouldBe(Moved, error.ToString());
        error.MessageText.ShouldBe($"a shard of {schema}.gated was moved or split while its rows were being read");
        error.Detail.ShouldNotBeNull().ShouldContain("does not exist");
        error.Hint.ShouldBe("Nothing was written. Train again.");
        await session.ExecuteAsync($"SELECT * FROM pgml.train('{schema}', 'regression', '{schema}.gated', 'y')");
        (await session.LastRunAsync(schema)).ShouldBe($"{Rows} 2");
    }

    private async Task MoveTrainAndPredictAsync(string schema, TimeSpan time)
    {
        Servers.Citus.Require();
        await CreateAsync(schema);
        await using (var first = await Session.OpenAsync(cluster))
        {
            await first.ExecuteAsync(Train(schema));
        }
        var clock = Stopwatch.StartNew();
        var errors = new ConcurrentBag<PostgresException>();
        var (moves, trainings, predictions) = (0, 0, 0);
        await Task.WhenAll(
            AgainAsync(0, async _ => moves += await MoveOneAsync(schema, moves)),
            AgainAsync(0, TrainAsync),
            AgainAsync(1, PredictAsync),
            AgainAsync(2, PredictAsync));

        var states = string.Join(", ", errors.GroupBy(error => $"{error.SqlState} {error.MessageText}").Select(group => $"{group.Count()} × {group.Key}"));
        output.WriteLine($"{moves} moves, {trainings} right trainings, {predictions} right predictions over the table in {clock.Elapsed.TotalSeconds:F0} s; errors: {states}");
        moves.ShouldBeGreaterThan(0);
        trainings.ShouldBeGreaterThan(0);
        predictions.ShouldBeGreaterThan(0);

        async Task AgainAsync(int node, Func<Session, Task> act)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            while (clock.Elapsed < time)
            {
                await act(session);
            }
        }

        async Task TrainAsync(Session session)
        {
            try
            {
                await session.ExecuteAsync(Train(schema));
            }
            catch (PostgresException error)
            {
                errors.Add(error);
                error.SqlState.ShouldBeOneOf(Moved, SqlState.ConnectionLost);
                error.Hint.ShouldNotBeNull().ShouldContain("Train again");
                return;
            }
            (await session.LastRunAsync(schema)).ShouldBe($"{Rows} 2");
            (await session.ScalarAsync<float>($"SELECT pgml.predict('{schema}', ARRAY[50]::real[])")).ShouldBe(60, 0.01);
            Interlocked.Increment(ref trainings);
        }

        async Task PredictAsync(Session session)
        {
            try
            {
                (await session.ScalarAsync<string>($"SELECT concat(count(*), ' ', count(*) FILTER (WHERE round((p - a)::numeric, 2) = 10)) FROM (SELECT a, pgml.predict('{schema}', ARRAY[a]::real[]) AS p FROM {schema}.rows) AS answers"))
                    .ShouldBe($"{Rows} {Rows}");
            }
            catch (PostgresException error) when (error.SqlState == NoTable)
            {
                // What any SELECT over the table gets from Citus.
                errors.Add(error);
                return;
            }
            Interlocked.Increment(ref predictions);
        }
    }

    private async Task CreateAsync(string schema)
    {
        await cluster.ExecuteAsync($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.rows (id bigint PRIMARY KEY, a float8, y float8)");
        await cluster.ScalarAsync<object>($"SELECT create_distributed_table('{schema}.rows', 'id', shard_count => 8, colocate_with => 'none')");
        await cluster.ExecuteAsync($"""
            INSERT INTO {schema}.rows SELECT i, i % 100, i % 100 + 10 FROM generate_series(1, {Rows}) AS i;
            CREATE VIEW {schema}.lines AS SELECT a, y FROM {schema}.rows
            """);
    }

    private static string Train(string schema) => $"SELECT * FROM pgml.train('{schema}', 'regression', '{schema}.lines', 'y')";

    /// <summary>Back and forth, by one way and the other; the old copy goes at once.</summary>
    private async Task<int> MoveOneAsync(string schema, int number)
    {
        var (from, to) = number % 2 == 0 ? (1, 2) : (2, 1);
        var shard = await cluster.ScalarAsync<long>(
            $"SELECT shardid FROM citus_shards WHERE table_name = '{schema}.rows'::regclass AND nodeport = {cluster.Port(from)} ORDER BY random() LIMIT 1");
        await MoveAsync(shard, from, to, number / 2 % 2 == 0 ? "force_logical" : "block_writes");
        await cluster.ExecuteAsync("CALL citus_cleanup_orphaned_resources()");
        return 1;
    }

    private Task MoveAsync(long shard, int from, int to, string mode) =>
        cluster.ExecuteAsync($"SELECT citus_move_shard_placement({shard}, '127.0.0.1', {cluster.Port(from)}, '127.0.0.1', {cluster.Port(to)}, '{mode}')");
}
