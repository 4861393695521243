using Graincast.Servers;

namespace Graincast.Shards;

/// <summary>A distributed table whose rows are found by key, and a project that answers a row's feature plus ten.</summary>
internal static class KeyedShards
{
    public const int Count = 1000;

    /// <summary>Schema, project and feature source are called the same; the owner is the superuser.</summary>
    public static async Task CreateKeyedAsync(this GraincastCluster cluster, string name)
    {
        await cluster.ExecuteAsync($"CREATE SCHEMA {name}; CREATE TABLE {name}.rows (id bigint PRIMARY KEY, a float8, y float8)");
        await cluster.ScalarAsync<object>($"SELECT create_distributed_table('{name}.rows', 'id', shard_count => 8, colocate_with => 'none')");
        await cluster.ExecuteAsync($"""
            INSERT INTO {name}.rows SELECT i, i % 100, i % 100 + 10 FROM generate_series(1, {Count}) AS i;
            CREATE VIEW {name}.lines AS SELECT a, y FROM {name}.rows;
            GRANT USAGE ON SCHEMA {name} TO graincast;
            GRANT SELECT ON {name}.rows TO graincast;
            """);
        await using var session = await Session.OpenAsync(cluster);
        await session.ExecuteAsync($"SELECT * FROM pgml.train('{name}', 'regression', '{name}.lines', 'y')");
        await session.ExecuteAsync($"SELECT pgml.create_feature_source('{name}', '{name}.rows')");
    }

    /// <summary>How many of all keys are answered as their rows want it: each key is asked for, one after the other.</summary>
    public static string RightAnswers(string name) =>
        $"SELECT count(*) FROM generate_series(1, {Count}) AS i WHERE abs(pgml.predict_by_key('{name}', i) - (i % 100 + 10)) < 0.01";

    /// <summary>The shard of a key, and the node that holds it.</summary>
    public static async Task<(long Shard, int Node)> PlaceAsync(this GraincastCluster cluster, string name, long key)
    {
        var shard = await cluster.ScalarAsync<long>($"SELECT get_shard_id_for_distribution_column('{name}.rows', {key})");
        return (shard, await cluster.ScalarAsync<int>($"SELECT groupid FROM pg_dist_placement WHERE shardid = {shard} AND shardstate = 1"));
    }

    /// <summary>Moves the key's shard to the other worker of two, and returns the node.</summary>
    public static async Task<int> MoveAsync(this GraincastCluster cluster, string name, long key, string mode = "block_writes")
    {
        var (shard, from) = await cluster.PlaceAsync(name, key);
        var to = 3 - from;
        await cluster.ExecuteAsync($"SELECT citus_move_shard_placement({shard}, '127.0.0.1', {cluster.Port(from)}, '127.0.0.1', {cluster.Port(to)}, '{mode}')");
        return to;
    }
}
