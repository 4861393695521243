using System.Collections.Concurrent;
using Graincast.Client;
using Graincast.Servers;
using Npgsql;

namespace Graincast.Soak;

/// <summary>
/// Everything that is done with a cluster, at once: predictions in SQL at each node, trainings that are waited for and in the background, deployments, clients
/// of the SDK by features and by key, and silos that are restarted or killed. Each of its sessions lasts as long as the load.
/// </summary>
internal sealed class MixedLoad(GraincastCluster cluster, int seed, Outcomes outcomes)
{
    public const string Predict = "predict";
    public const string PredictTable = "predict table";
    public const string Train = "train";
    public const string TrainAsync = "train_async";
    public const string Deploy = "deploy";
    public const string Features = "SDK by features";
    public const string Key = "SDK by key";
    public const string KeyInSql = "predict_by_key";
    public const string Restart = "silo restarted";

    private const int Rows = 2000;
    private const string Live = "soak_live";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Calls that a silo which is down refuses at once would take the processor that it needs to start.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    /// <summary>From the end of one restart to the next: twice as long as a restart explains errors, so that half of the time nothing does.</summary>
    private static readonly TimeSpan BetweenRestarts = TimeSpan.FromSeconds(30);

    /// <summary>What the models of the project <see cref="Live"/> add to their feature.</summary>
    private static readonly int[] Added = [10, 20];

    private static readonly (string Algorithm, string Hyperparams, double Tolerance)[] Algorithms =
    [
        ("linear", "{}", 0.01),
        ("lightgbm", """{"n_estimators": 30, "learning_rate": 0.5}""", 4),
        // Whose rows are gathered at one node.
        ("random_forest", """{"n_estimators": 5}""", 4),
        ("ridge", "{}", 1),
    ];

    private readonly ConcurrentDictionary<int, string> _backends = new();
    private CancellationToken _over;

    /// <summary>The backends of the load's sessions: their process ids and names.</summary>
    public IEnumerable<(string Name, int Pid)> Backends => _backends.Select(pair => (pair.Value, pair.Key));

    /// <summary>The nodes whose silos may be restarted now.</summary>
    public Func<int[]> Restartable { get; init; } = () => [];

    private bool IsOn => !_over.IsCancellationRequested;

    /// <summary>Makes the table, spread over the nodes where there are several, and the project that answers all along.</summary>
    public async Task PrepareAsync()
    {
        await cluster.ExecuteAsync("CREATE SCHEMA soak; CREATE TABLE soak.rows (id bigint PRIMARY KEY, a float8)");
        if (cluster.Workers > 0)
        {
            await cluster.ScalarAsync<object>("SELECT create_distributed_table('soak.rows', 'id', shard_count => 8)");
        }
        await using var session = await Session.OpenAsync(cluster);
        await session.ExecuteAsync($"INSERT INTO soak.rows SELECT i, i % 100 FROM generate_series(1, {Rows}) AS i");
        foreach (var added in Added)
        {
            await session.ExecuteAsync($"CREATE VIEW soak.plus_{added} AS SELECT a, a + {added} AS y FROM soak.rows");
            await session.ExecuteAsync($"SELECT pgml.train('{Live}', 'regression', 'soak.plus_{added}', 'y')");
        }
        await session.ExecuteAsync($"GRANT USAGE ON SCHEMA soak TO graincast; GRANT SELECT ON soak.rows TO graincast");
        await session.ExecuteAsync($"SELECT pgml.create_feature_source('{Live}', 'soak.rows')");
    }

    /// <summary>Runs for a time; an error that is none of the servers' ends it at once.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        using var over = new CancellationTokenSource(time);
        _over = over.Token;
        await using var client = await RunningClient.StartAsync(cluster.ConnectionString());
        var project = client.Project(Live);
        var last = cluster.Nodes.Last();
        outcomes.LoadBegins();
        Task[] calls =
        [
            .. cluster.Nodes.Select(node => InSqlAsync(Predict, node, PredictRowAsync)),
            InSqlAsync(PredictTable, last, PredictTableAsync),
            .. new[] { 0, last }.Distinct().Select(node => InSqlAsync(Train, node, TrainOneAsync)),
            InSqlAsync(TrainAsync, last, TrainInBackgroundAsync),
            InSqlAsync(Deploy, 0, DeployAsync),
            InSqlAsync(KeyInSql, 0, PredictByKeyAsync),
            AgainAsync(Features, random => AskAsync(random, a => project.PredictAsync([a], CancellationToken.None))),
            AgainAsync(Key, random => AskAsync(random, async a => (await project.PredictByKeyAsync(a == 0 ? 100 : (long)a, CancellationToken.None)).Value)),
            RestartAsync(),
        ];
        await foreach (var call in Task.WhenEach(calls))
        {
            if (!call.IsCompletedSuccessfully)
            {
                await over.CancelAsync();
            }
        }
        await Task.WhenAll(calls);
    }

    private static bool IsRight(float a, float answer) => Added.Any(added => Math.Abs(answer - a - added) < 0.1);

    private static async Task<(bool, object?)> AskAsync(Random random, Func<float, Task<float>> ask)
    {
        float a = random.Next(100);
        var answer = await ask(a);
        return (IsRight(a, answer), $"{answer} for {a}");
    }

    private async Task InSqlAsync(string call, int node, Func<Session, Random, string, Task<(bool, object?)>> act)
    {
        await using var session = await Session.OpenAsync(cluster, node: node);
        _backends[session.Pid] = $"backend of {call} at node {node}";
        await AgainAsync(call, random => act(session, random, $"soak_{call}_{node}"), node);
    }

    private async Task AgainAsync(string call, Func<Random, Task<(bool, object?)>> act, int node = 0)
    {
        await Task.Yield();
        var random = new Random(seed + node + call.Sum(letter => letter));
        while (IsOn)
        {
            var began = DateTime.UtcNow;
            var pause = AfterFailure;
            try
            {
                var (isRight, answer) = await act(random);
                outcomes.Count(call, isRight, answer);
                pause = Pause;
            }
            catch (PostgresException error)
            {
                outcomes.Fail(call, began, error.SqlState, error.MessageText);
            }
            catch (GraincastException error)
            {
                outcomes.Fail(call, began, error.SqlState, error.Message);
            }
            catch (TimeoutException error)
            {
                outcomes.Fail(call, began, "timeout", error.Message);
            }
            await Task.Delay(pause);
        }
    }

    private static Task<(bool, object?)> PredictRowAsync(Session session, Random random, string project) =>
        AskAsync(random, a => session.ScalarAsync<float>($"SELECT pgml.predict('{Live}', ARRAY[$1]::real[])", a));

    private static Task<(bool, object?)> PredictByKeyAsync(Session session, Random random, string project) =>
        AskAsync(random, a => session.ScalarAsync<float>($"SELECT pgml.predict_by_key('{Live}', $1)", a == 0 ? 100L : (long)a));

    private static async Task<(bool, object?)> PredictTableAsync(Session session, Random random, string project)
    {
        var right = await session.ScalarAsync<long>(
            $"SELECT count(*) FROM (SELECT a, pgml.predict('{Live}', ARRAY[a]::real[]) AS p FROM soak.rows) AS answers WHERE abs(p - a - {Added[0]}) < 0.1 OR abs(p - a - {Added[1]}) < 0.1");
        return (right == Rows, $"{right} of {Rows} rows");
    }

    private static async Task<(bool, object?)> TrainOneAsync(Session session, Random random, string project)
    {
        var (algorithm, hyperparams, tolerance) = Algorithms[random.Next(Algorithms.Length)];
        await session.ExecuteAsync($"SELECT pgml.train('{project}', 'regression', 'soak.plus_10', 'y', '{algorithm}', '{hyperparams}', seed => {random.Next(1_000_000)}, automatic_deploy => false)");
        await session.ExecuteAsync($"SELECT pgml.deploy('{project}', 'most_recent')");
        var answer = await session.ScalarAsync<float>($"SELECT pgml.predict('{project}', ARRAY[50]::real[])");
        // The catalog of a soak must not grow either.
        if (random.Next(10) == 0)
        {
            await session.ExecuteAsync($"SELECT pgml.drop_project('{project}')");
        }
        return (Math.Abs(answer - 60) < tolerance, $"{answer} by {algorithm} instead of 60");
    }

    private static async Task<(bool, object?)> TrainInBackgroundAsync(Session session, Random random, string project)
    {
        var run = await session.ScalarAsync<long>($"SELECT pgml.train_async('{project}', 'regression', 'soak.plus_10', 'y', seed => {random.Next(1_000_000)})");
        await Wait.UntilAsync($"run {run} is over", async () => await session.ScalarAsync<string>("SELECT status FROM pgml.runs WHERE id = $1", run) != "in_progress", TimeSpan.FromMinutes(2));
        var error = await session.ScalarAsync<string>("SELECT concat(error_sqlstate, ' ', error_message) FROM pgml.runs WHERE id = $1", run);
        if (error.Length > 1)
        {
            throw new GraincastException(error[..5], error[6..]);
        }
        var answer = await session.ScalarAsync<float>($"SELECT pgml.predict('{project}', ARRAY[50]::real[])");
        if (random.Next(10) == 0)
        {
            await session.ExecuteAsync($"SELECT pgml.drop_project('{project}')");
        }
        return (Math.Abs(answer - 60) < 0.01, $"{answer} instead of 60");
    }

    private static async Task<(bool, object?)> DeployAsync(Session session, Random random, string project)
    {
        var model = await session.ScalarAsync<long>(
            $"SELECT m.id FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id WHERE s.relation_name = 'soak.plus_{Added[random.Next(2)]}' AND m.project_id = (SELECT id FROM pgml.projects WHERE name = '{Live}')");
        await session.ExecuteAsync($"SELECT pgml.deploy({model})");
        return (true, null);
    }

    private async Task<bool> IsOnAfterAsync(TimeSpan time)
    {
        await Task.Delay(time, _over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return IsOn;
    }

    private async Task RestartAsync()
    {
        var random = new Random(seed);
        while (await IsOnAfterAsync(BetweenRestarts))
        {
            if (Restartable() is not { Length: > 0 } nodes)
            {
                continue;
            }
            var node = nodes[random.Next(nodes.Length)];
            outcomes.RestartBegins();
            if (random.Next(2) == 0)
            {
                await cluster.KillSiloAsync(node);
                await cluster.StartSilosAsync();
            }
            else
            {
                await cluster.RestartSiloAsync(node);
            }
            outcomes.RestartEnds();
            outcomes.Count(Restart, true, null);
        }
    }
}
