using System.Text.RegularExpressions;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Predictions are made on the node that holds the row, and are the same as elsewhere.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PredictPushdownTests(GraincastCluster cluster)
{
    /// <summary>Parallel plans on every shard, however small.</summary>
    private const string Parallel = "parallel_setup_cost = 0, parallel_tuple_cost = 0, min_parallel_table_scan_size = 0, max_parallel_workers_per_gather = 2";

    [Theory, InlineData("off"), InlineData("regress", Explicit = true), InlineData("on")]
    public async Task Select_where_group_by_and_insert_select_predict_on_the_workers_as_the_coordinator_would(string parallel)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"push_{parallel}", 10);
        await ForceParallelAsync(rows.Role, parallel);
        foreach (var node in cluster.Nodes)
        {
            await using var session = await rows.OpenAsync(node);
            var here = await session.ScalarAsync<string>(
                $"WITH m AS MATERIALIZED (SELECT id, a FROM {rows.Table}) SELECT string_agg(concat(id, ':', {rows.Predict}), ' ' ORDER BY id) FROM m");
            var selected = $"SELECT id, current_setting('port') port, {rows.Predict} p FROM {rows.Table} OFFSET 0";
            var there = await session.ScalarAsync<string>($"SELECT string_agg(concat(id, ':', p), ' ' ORDER BY id) FROM ({selected}) t");
            var at = await session.ScalarAsync<string>($"SELECT string_agg(DISTINCT port, ',') FROM ({selected}) t");
            var above = await session.ScalarAsync<long>($"SELECT count(*) FROM {rows.Table} WHERE {rows.Predict} > 59.5");
            var groups = await session.ScalarAsync<long>($"SELECT count(*) FROM (SELECT round({rows.Predict}) FROM {rows.Table} GROUP BY 1) g");

            there.Length.ShouldBeGreaterThan(ShardedRows.Count * 4);
            there.ShouldBe(here);
            at.ShouldBe(string.Join(',', Workers));
            above.ShouldBe(ShardedRows.Count / 2);
            groups.ShouldBe(100);
        }
        await using var owner = await rows.OpenAsync();
        (await ExplainAsync(owner, $"SELECT id FROM {rows.Table} WHERE {rows.Predict} > 50")).ShouldContain("WHERE (pgml.predict(");
        (await ExplainAsync(owner, $"SELECT {rows.Predict} FROM {rows.Table} GROUP BY 1")).ShouldContain("GROUP BY (pgml.predict(");
        if (parallel != "off")
        {
            // Every shard at once would want more parallel workers than there are, and the one shard that is shown may be the one that got none.
            await owner.ExecuteAsync("SET citus.explain_all_tasks = on; SET citus.max_adaptive_executor_pool_size = 1");
            // One or two: it depends on whether autovacuum has counted the pages of the shards yet.
            await Wait.UntilAsync("other tests leave a parallel worker free", async () =>
                Regex.IsMatch(await ExplainAsync(owner, $"SELECT sum({rows.Predict}) FROM {rows.Table}", "ANALYZE, "), "Workers Launched: [12]"));
        }
        await InsertsOnWorkersAsync(rows, owner);
    }

    /// <summary>A lookup made the parallel worker's transaction one of Citus' own, which then could not end.</summary>
    [Theory, InlineData("regress", Explicit = true), InlineData("on")]
    public async Task A_parallel_plan_over_a_reference_table_predicts_on_every_node(string parallel)
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, $"parallel_{parallel}", 10);
        await ForceParallelAsync(rows.Role, parallel);

        foreach (var node in cluster.Nodes)
        {
            for (var connection = 0; connection < 5; connection++)
            {
                await using var session = await rows.OpenAsync(node);
                (await session.ScalarAsync<decimal>($"SELECT round(sum({rows.Predict})::numeric) FROM {rows.Role}.plus_10")).ShouldBe(4950 + 1000);
                await session.ExecuteAsync("BEGIN");
                (await session.ScalarAsync<decimal>($"SELECT round(sum({rows.Predict})::numeric) FROM {rows.Role}.plus_10")).ShouldBe(4950 + 1000);
                (await session.ScalarAsync<string>(rows.Added)).ShouldBe("10");
                await session.ExecuteAsync("COMMIT");
            }
        }
    }

    [Fact]
    public async Task An_update_by_a_prediction_is_refused_and_goes_through_a_materialized_select()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "update_by", 10);
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"ALTER TABLE {rows.Table} ADD COLUMN p real");

        (await session.FailAsync($"UPDATE {rows.Table} SET p = {rows.Predict}")).SqlState.ShouldBe(SqlState.FeatureNotSupported);

        await session.ExecuteAsync(
            $"WITH new AS MATERIALIZED (SELECT id, {rows.Predict} AS p FROM {rows.Table}) UPDATE {rows.Table} SET p = new.p FROM new WHERE new.id = rows.id");
        (await session.ScalarAsync<long>($"SELECT count(*) FROM {rows.Table} WHERE round(p - a) = 10")).ShouldBe(ShardedRows.Count);
    }

    private IEnumerable<string> Workers => cluster.Nodes.Where(node => node > 0).Select(node => $"{cluster.Port(node)}").Order(StringComparer.Ordinal);

    /// <summary>current_setting alone, or inlined, would be evaluated once, before the shards get the statement.</summary>
    private async Task InsertsOnWorkersAsync(ShardedRows rows, Session owner)
    {
        await owner.ExecuteAsync($"CREATE FUNCTION {rows.Role}.port_at(id bigint) RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN current_setting('port'); END $$");
        await owner.ExecuteAsync($"CREATE TABLE {rows.Role}.predicted (id bigint, port text, p real)");
        await owner.ScalarAsync<object>($"SELECT create_distributed_table('{rows.Role}.predicted', 'id', colocate_with => '{rows.Table}')");

        await owner.ExecuteAsync($"INSERT INTO {rows.Role}.predicted SELECT id, {rows.Role}.port_at(id), {rows.Predict} FROM {rows.Table}");

        (await owner.ScalarAsync<string>($"SELECT string_agg(DISTINCT port, ',') FROM {rows.Role}.predicted")).ShouldBe(string.Join(',', Workers));
        (await owner.ScalarAsync<long>($"SELECT count(*) FROM {rows.Role}.predicted JOIN {rows.Table} USING (id) WHERE round(p - a) = 10")).ShouldBe(ShardedRows.Count);
    }

    private Task ForceParallelAsync(string role, string mode) => cluster.ExecuteAsync(
        mode == "off" ? "SELECT 1" : string.Concat($"force_parallel_mode = {mode}, {Parallel}".Split(", ").Select(setting => $"ALTER ROLE {role} SET {setting};")));

    private static Task<string> ExplainAsync(Session session, string sql, string options = "") => session.LinesAsync($"EXPLAIN ({options}VERBOSE, COSTS OFF) {sql}");
}
