using System.Diagnostics;
using Graincast.Servers;
using Npgsql;
using Shouldly;

namespace Graincast.Failures;

/// <summary>Trainings that are long enough to be interrupted where a test wants it, and what they must leave behind: nothing.</summary>
public sealed class Trainings(GraincastServer server)
{
    /// <summary>From an interruption to the last trace of the training.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private const string Counts = """
        SELECT concat_ws(' ', (SELECT count(*) FROM pgml.projects), (SELECT count(*) FROM pgml.snapshots), (SELECT count(*) FROM pgml.models),
            (SELECT count(*) FROM pgml.deployments), (SELECT count(*) FROM pgml.files), (SELECT count(*) FROM pgml.runs))
        """;

    /// <summary>Trains for a fraction of a second.</summary>
    public const string Quick = "SELECT * FROM pgml.train('quick', 'regression', 'failures.small', 'y')";

    /// <summary>Reads rows for hours.</summary>
    public const string LongFeed = "SELECT * FROM pgml.train('long', 'regression', 'failures.endless', 'y')";

    /// <summary>Reads rows at once, then fits for hours.</summary>
    public const string LongFit =
        """SELECT * FROM pgml.train('long', 'regression', 'failures.small', 'y', 'lightgbm', '{"n_estimators": 10000, "num_leaves": 4000, "min_data_in_leaf": 1}')""";

    /// <summary>Makes the relations; they may be there.</summary>
    public async Task PrepareAsync()
    {
        await using var create = server.Superuser.CreateCommand("""
            CREATE SCHEMA IF NOT EXISTS failures;
            CREATE TABLE IF NOT EXISTS failures.small AS
                SELECT sin(i)::real AS a, cos(i * i)::real AS b, (sin(i) + cos(i / 7.0))::real AS y FROM generate_series(1, 20000) AS i;
            CREATE OR REPLACE VIEW failures.endless AS
                SELECT i::real AS a, (i % 7)::real AS y FROM (SELECT generate_series(1, 2000000000) AS i) AS numbers;
            """);
        await create.ExecuteNonQueryAsync();
    }

    /// <summary>Rows in each table of the catalog.</summary>
    public async Task<string> CountCatalogAsync()
    {
        await using var count = server.Superuser.CreateCommand(Counts);
        return (string)(await count.ExecuteScalarAsync())!;
    }

    /// <summary>The statement of a phase, and the wait for the phase to be reached by the session that runs it.</summary>
    public async Task<Task<PostgresException>> StartAsync(Session session, TrainingPhase phase)
    {
        var before = session.Notices.Count;
        var failure = session.FailAsync(phase == TrainingPhase.Feed ? LongFeed : LongFit);
        await ReachAsync(session, phase, before, failure);
        return failure;
    }

    /// <summary>Waits until the training of a session is in <paramref name="phase"/>.</summary>
    public async Task ReachAsync(Session session, TrainingPhase phase, int noticesBefore, Task training)
    {
        await Wait.UntilAsync($"the training is in its {phase} phase", () => training.IsCompleted || (phase == TrainingPhase.Feed
            ? RowFiles().Any(file => file.Length > 1 << 20)
            : session.Notices.Skip(noticesBefore).Any(notice => notice.MessageText.Contains("iteration", StringComparison.Ordinal)) && Workers().Count == 1));
        training.IsCompleted.ShouldBeFalse(training.Exception?.ToString() ?? "the training goes on");
    }

    /// <summary>The children of silos over this server's data directory.</summary>
    public IReadOnlyList<int> Workers() => Processes.In(server.Columns + "/");

    /// <summary>Waits until no worker, no row on disk and no backend in pgml.train is left; fails when that takes longer than <paramref name="limit"/>.</summary>
    public async Task MustBeGoneAsync(Stopwatch sinceTheEnd, TimeSpan limit)
    {
        await Wait.UntilAsync("the training's child is gone", () => Workers().Count == 0);
        await Wait.UntilAsync("the training's rows are gone", () => !RowFiles().Any());
        await Wait.UntilAsync("the training's backend is idle or gone", async () =>
        {
            await using var busy = server.Superuser.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pgml.train%' AND pid <> pg_backend_pid()");
            return (long)(await busy.ExecuteScalarAsync())! == 0;
        });
        sinceTheEnd.Elapsed.ShouldBeWithin(limit, "until no child, row or busy backend of the training was left");
    }

    private IEnumerable<FileInfo> RowFiles()
    {
        try
        {
            return new DirectoryInfo(server.Columns).EnumerateFiles("*", SearchOption.AllDirectories).ToArray();
        }
        catch (DirectoryNotFoundException)
        {
            // A run's folder went while it was listed.
            return RowFiles();
        }
    }
}

public enum TrainingPhase
{
    Feed,
    Fit,
}
