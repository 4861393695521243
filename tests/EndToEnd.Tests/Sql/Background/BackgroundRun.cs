using Graincast.Servers;

namespace Graincast.Sql.Background;

/// <summary>A training in the background, as tests begin and watch it.</summary>
internal sealed record BackgroundRun(TestDatabase Database, long Id)
{
    /// <summary>Fits for hours on the table that <see cref="PrepareAsync"/> makes.</summary>
    public const string LongFit =
        """'regression', 'waves', 'y', 'lightgbm', '{"n_estimators": 10000, "num_leaves": 4000, "min_data_in_leaf": 1}'""";

    private string Folder => Path.Combine(Database.Server.Columns, "0", $"{Id}");

    /// <summary>The table for <see cref="LongFit"/>; it may be there.</summary>
    public static Task PrepareAsync(Session superuser) => superuser.ExecuteAsync("""
        CREATE TABLE IF NOT EXISTS waves AS SELECT sin(i)::real AS a, cos(i * i)::real AS b, (sin(i) + cos(i / 7.0))::real AS y FROM generate_series(1, 20000) AS i;
        GRANT SELECT ON waves TO PUBLIC
        """);

    /// <summary>Calls pgml.train_async with these arguments.</summary>
    public static async Task<BackgroundRun> BeginAsync(TestDatabase database, Session session, string arguments, params object?[] parameters) =>
        new(database, await session.ScalarAsync<long>($"SELECT pgml.train_async({arguments})", parameters));

    /// <summary>Its status; null for who does not see the run.</summary>
    public Task<string?> StatusAsync(Session session) => session.ScalarAsync<string?>("SELECT status FROM pgml.runs WHERE id = $1", Id);

    /// <summary>Waits until it is over, which must be with this status.</summary>
    public async Task MustEndAsync(Session session, string status)
    {
        await Wait.UntilAsync($"run {Id} is over", async () => await StatusAsync(session) is not "in_progress");
        if (await StatusAsync(session) != status)
        {
            throw new InvalidOperationException(await session.ScalarAsync<string>("SELECT r::text FROM pgml.runs r WHERE id = $1", Id) ?? $"run {Id} is not there");
        }

        await MustBeGoneAsync(session);
    }

    /// <summary>SQLSTATE and message of its failure.</summary>
    public Task<string> ErrorAsync(Session session) => session.ScalarAsync<string>("SELECT concat(error_sqlstate, ' ', error_message) FROM pgml.runs WHERE id = $1", Id);

    public Task MustFitAsync() => Wait.UntilAsync($"a worker fits run {Id}", () => Processes.In(Folder + "/").Length == 1);

    /// <summary>Waits until no worker, no row on disk and no line of progress is left.</summary>
    public async Task MustBeGoneAsync(Session session)
    {
        await Wait.UntilAsync($"the worker of run {Id} is gone", () => Processes.In(Folder + "/").Length == 0);
        await Wait.UntilAsync($"the rows of run {Id} are gone", () => !Directory.Exists(Folder));
        await Wait.UntilAsync($"run {Id} is not under way", async () => await session.ScalarAsync<long>("SELECT count(*) FROM pgml.stat_progress_train WHERE run = $1", Id) == 0);
    }
}
