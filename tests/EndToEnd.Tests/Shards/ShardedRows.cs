using Graincast.Servers;

namespace Graincast.Shards;

/// <summary>
/// A role with a schema, a project and a table of its own name over all workers. Its models answer the feature plus a number, so that an answer says which
/// model made it.
/// </summary>
public sealed class ShardedRows
{
    public const int Count = 2000;

    private readonly GraincastCluster _cluster;

    private ShardedRows(GraincastCluster cluster, string role)
    {
        _cluster = cluster;
        Role = role;
    }

    /// <summary>The owner; the project is called the same.</summary>
    public string Role { get; }

    /// <summary>The distributed table: id, a.</summary>
    public string Table => $"{Role}.rows";

    /// <summary>The prediction for a row.</summary>
    public string Predict => $"pgml.predict('{Role}', ARRAY[a]::real[])";

    /// <summary>What the models that answer add: <c>port shard number</c>, once for each shard unless two models answered for it.</summary>
    public string AddedByShard => $"""
        SELECT string_agg(concat_ws(' ', port, shard, added), ',' ORDER BY port, shard, added)
        FROM (SELECT current_setting('port') port, tableoid::regclass::text shard, round(({Predict} - a)::numeric) added FROM {Table} GROUP BY 1, 2, 3) answers
        """;

    /// <summary>What the models that answer add, over all shards: one number when it is one model.</summary>
    public string Added => $"SELECT string_agg(added::text, ',') FROM (SELECT round(({Predict} - a)::numeric) added FROM {Table} GROUP BY 1) answers";

    /// <summary>As <see cref="AddedByShard"/>, by the form that asks once which model answers.</summary>
    public string AddedByShardExactly =>
        $"WITH m AS MATERIALIZED (SELECT pgml.deployed_model('{Role}') AS model) " + AddedByShard.Replace($"'{Role}'", "m.model").Replace($"FROM {Table} GROUP", $"FROM {Table}, m GROUP");

    /// <summary>Makes role, tables and one model for each number; the first one answers.</summary>
    public static async Task<ShardedRows> CreateAsync(GraincastCluster cluster, string role, params int[] added)
    {
        var rows = new ShardedRows(cluster, role);
        await using var source = await cluster.ConnectAsAsync(role);
        await cluster.ExecuteAsync($"CREATE SCHEMA {role} AUTHORIZATION {role}");
        await using var session = await rows.OpenAsync();
        await session.ExecuteAsync($"CREATE TABLE {rows.Table} (id bigint PRIMARY KEY, a float8)");
        await session.ScalarAsync<object>($"SELECT create_distributed_table('{rows.Table}', 'id', shard_count => 8, colocate_with => 'none')");
        await session.ExecuteAsync($"INSERT INTO {rows.Table} SELECT i, i % 100 FROM generate_series(1, {Count}) i");
        foreach (var number in added)
        {
            await rows.AddLineAsync(number);
            await session.ExecuteAsync(rows.Train(number));
        }
        await session.ExecuteAsync(rows.Deploy(added[0]));
        return rows;
    }

    /// <summary>A table to train on, on every node.</summary>
    public async Task AddLineAsync(int added)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync($"CREATE TABLE {Role}.plus_{added} AS SELECT a::float8, (a + {added})::float8 AS y FROM generate_series(0, 99) a");
        await session.ScalarAsync<object>($"SELECT create_reference_table('{Role}.plus_{added}')");
    }

    /// <summary>Trains the model that adds <paramref name="added"/>; what answers stays.</summary>
    public string Train(int added) => $"SELECT * FROM pgml.train('{Role}', 'regression', '{Role}.plus_{added}', 'y', automatic_deploy => false)";

    /// <summary>Lets the latest model that adds <paramref name="added"/> answer.</summary>
    public string Deploy(int added) => $"""
        SELECT * FROM pgml.deploy((
            SELECT max(m.id) FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id JOIN pgml.snapshots s ON s.id = m.snapshot_id
            WHERE p.name = '{Role}' AND s.relation_name = '{Role}.plus_{added}'))
        """;

    /// <summary>A backend of the owner at a node.</summary>
    public Task<Session> OpenAsync(int node = 0) => Session.OpenAsync(_cluster, Role, node);
}
