using Graincast.Servers;
using Npgsql;
using Shouldly;

namespace Graincast.Shards;

/// <summary>Trainings over two workers that are long enough to be interrupted where a test wants it, and what they must leave behind: nothing.</summary>
public sealed class ShardedTrainings(GraincastCluster cluster)
{
    /// <summary>Trains for a fraction of a second, on both workers.</summary>
    public const string Quick = "SELECT * FROM pgml.train('quick', 'regression', 'lost.few', 'y', 'linear')";

    private const string Counts = """
        SELECT concat_ws(' ', (SELECT count(*) FROM pgml.projects), (SELECT count(*) FROM pgml.snapshots), (SELECT count(*) FROM pgml.models),
            (SELECT count(*) FROM pgml.deployments), (SELECT count(*) FROM pgml.files), (SELECT count(*) FROM pgml.runs))
        """;

    // Each shard's last rows take their time, when most of them have arrived.
    private const string LongFeed = "SELECT * FROM pgml.train('long', 'regression', 'lost.slow', 'y', 'linear')";

    private const string LongFit =
        """SELECT * FROM pgml.train('long', 'regression', 'lost.rows', 'y', 'lightgbm', '{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}')""";

    /// <summary>The workers' numbers: the coordinator has no shards.</summary>
    public static IReadOnlyList<int> Fed { get; } = [1, 2];

    /// <summary>Makes the relations; they may be there.</summary>
    public async Task PrepareAsync()
    {
        if (await cluster.ScalarAsync<bool>("SELECT to_regclass('lost.rows') IS NOT NULL"))
        {
            return;
        }
        await cluster.ExecuteAsync("""
            CREATE SCHEMA lost;
            CREATE FUNCTION lost.slowly(float8) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN $1; END $$;
            CREATE TABLE lost.rows (id int, a float8, y float8);
            SELECT create_distributed_table('lost.rows', 'id', shard_count => 4);
            INSERT INTO lost.rows SELECT i, sin(i), sin(i) + cos(i / 7.0) FROM generate_series(1, 160000) AS i;
            CREATE VIEW lost.slow AS SELECT a, CASE WHEN id > 120000 THEN lost.slowly(y) ELSE y END AS y FROM lost.rows;
            CREATE VIEW lost.few AS SELECT a, y FROM lost.rows WHERE id <= 1000;
            """);
    }

    /// <summary>
    /// Starts a training at a node and returns when it is in <paramref name="phase"/> at both workers. A node that calls is fed last: Citus reads its own
    /// shards after those of others.
    /// </summary>
    public async Task<Task<PostgresException>> StartAsync(Session session, int caller, Failures.TrainingPhase phase)
    {
        var failure = session.FailAsync(phase == Failures.TrainingPhase.Feed ? LongFeed : LongFit);
        await Wait.UntilAsync($"both workers are in the {phase} phase", () => failure.IsCompleted || Fed.All(node => phase == Failures.TrainingPhase.Feed
            ? node == caller || RowFiles(node).Any(file => file.Length > 0)
            : WorkersOf(node).Count == 1 && session.Notices.Any(notice => notice.MessageText.Contains("iteration", StringComparison.Ordinal))));
        failure.IsCompleted.ShouldBeFalse(failure.IsCompleted ? (await failure).ToString() : "");
        return failure;
    }

    /// <summary>Rows in each table of the catalog.</summary>
    public Task<string> CountCatalogAsync(int node = 0) => cluster.ScalarAsync<string>(Counts, node);

    /// <summary>The children of a node's silo.</summary>
    public IReadOnlyList<int> WorkersOf(int node) => [.. Processes.In(cluster.Columns(node) + "/")];

    /// <summary>Files of a node's runs.</summary>
    public IReadOnlyList<FileInfo> RowFiles(int node)
    {
        try
        {
            return [.. new DirectoryInfo(cluster.Columns(node)).EnumerateFiles("*", SearchOption.AllDirectories)];
        }
        catch (DirectoryNotFoundException)
        {
            // A run's folder went while it was listed.
            return RowFiles(node);
        }
    }

    /// <summary>Waits until no worker and no row of a training is left at some nodes.</summary>
    public async Task MustBeGoneAsync(IEnumerable<int> nodes)
    {
        foreach (var node in nodes)
        {
            await Wait.UntilAsync($"the training's child at node {node} is gone", () => WorkersOf(node).Count == 0);
            await Wait.UntilAsync($"the training's rows at node {node} are gone", () => RowFiles(node).Count == 0);
        }
    }
}
