using Graincast.Client;
using Graincast.Health;
using Graincast.Projects;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

/// <summary>
/// A silo that was trained, predicted and failed with, and has ended: what it wrote and measured. The features, labels and keys that it was given are unlike anything
/// else, so that they can be looked for; whoever called was told them.
/// </summary>
public sealed class WatchedSilo(GraincastServer server) : IAsyncLifetime
{
    /// <summary>In every value of a row: as a number or as a text.</summary>
    public static readonly string[] Canaries = ["8675309", "canary"];

    /// <summary>What the session says of its trace.</summary>
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    public const string ParentId = "b7ad6b7169203331";

    /// <summary>All that SQL and the client were told of errors.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Logs and traces.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What <c>/metrics</c> answered in the end.</summary>
    public string Metrics { get; private set; } = "";

    private readonly List<string> _errors = [];

    public async ValueTask InitializeAsync()
    {
        var postgres = (await Cli.RunAsync(["stat", "-c", "%u", Path.Combine(server.Data, "run")])).Output.Trim();
        await using var silo = await ServingSilo.StartAsync(server, "graincast", null, "--console-traces", "--postgres-user-id", postgres);
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync("""
            CREATE SCHEMA watched;
            CREATE TABLE watched.rows AS
                SELECT 'canary-' || i AS id, 8675309.125 + i AS x, 'canary-' || i % 3 AS city, 8675309.5 - i AS y, 'canary' AS only_label FROM generate_series(1, 60) i;
            ALTER TABLE watched.rows ADD PRIMARY KEY (id);
            CREATE VIEW watched.learnt AS SELECT x, city, y FROM watched.rows;
            CREATE VIEW watched.one_label AS SELECT x, only_label FROM watched.rows;
            CREATE VIEW watched.broken AS SELECT id, (city || '8675309')::float8 AS x, city FROM watched.rows;
            CREATE VIEW watched.wide AS SELECT id, 8675309e250 AS x, city FROM watched.rows;
            GRANT USAGE ON SCHEMA watched TO graincast; GRANT SELECT ON ALL TABLES IN SCHEMA watched TO graincast
            """);
        await silo.WaitAsync("ready", 200);
        await session.ExecuteAsync($"SET graincast.socket = '{silo.Socket}'");
        await session.ExecuteAsync($"SET graincast.traceparent = '00-{TraceId}-{ParentId}-01'");
        await TrainAsync(session);
        await session.ExecuteAsync("RESET graincast.traceparent");
        await FailAsync(session);
        await AskAsClientAsync(silo, session);

        Metrics = await silo.MetricsAsync();
        Signal.Send(silo.Pid, Signal.Terminate);
        (await silo.ExitCodeAsync()).ShouldBe(0);
        Output = await silo.OutputAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task TrainAsync(Session session)
    {
        await session.ExecuteAsync("SELECT pgml.train('watched', 'regression', 'watched.learnt', 'y', preprocess => '{\"city\": {\"encode\": \"one_hot\"}}')");
        await session.ExecuteAsync("SELECT sum(pgml.predict('watched', (x, city))) FROM watched.rows");
        await session.ExecuteAsync("SELECT pgml.create_feature_source('watched', 'watched.rows')");
        await session.ExecuteAsync("SELECT pgml.predict_by_key('watched', 'canary-7')");
    }

    private async Task FailAsync(Session session)
    {
        foreach (var (sqlState, sql) in new[]
        {
            ("22023", "SELECT pgml.train('watched_text', 'regression', 'watched.learnt', 'y', preprocess => '{\"city\": {\"encode\": {\"ordinal\": [\"canary-0\"]}}}')"),
            ("22023", "SELECT pgml.train('watched_label', 'classification', 'watched.one_label', 'only_label')"),
            ("P0002", "SELECT pgml.predict_by_key('watched', 'canary-none')"),
        })
        {
            await FailAsync(session, sqlState, sql);
        }
        foreach (var (sqlState, source) in new[] { ("22P02", "broken"), ("22003", "wide") })
        {
            await session.ExecuteAsync($"SELECT pgml.drop_feature_source('watched'); SELECT pgml.create_feature_source('watched', 'watched.{source}', ARRAY['id'])");
            await FailAsync(session, sqlState, "SELECT pgml.predict_by_key('watched', 'canary-7')");
        }
    }

    private async Task FailAsync(Session session, string sqlState, string sql)
    {
        var error = await session.FailAsync(sql);
        error.SqlState.ShouldBe(sqlState, error.MessageText);
        _errors.Add(error.MessageText + error.Detail);
    }

    private async Task AskAsClientAsync(ServingSilo silo, Session session)
    {
        var token = await session.ScalarAsync<string>("SELECT pgml.client_token()");
        await using var client = await RunningClient.StartAsync(server.ConnectionString(), options =>
        {
            options.ClusterId = silo.ClusterId;
            options.TokenProvider = _ => ValueTask.FromResult(token);
        });
        var project = client.Project("watched");
        var test = TestContext.Current.CancellationToken;
        await project.PredictAsync(new Row(8675309.125f, "canary-1"), test);
        await FailAsync("42804", () => project.PredictBatchAsync(new[] { 8675309.125f, 0f }, test));
        await FailAsync("P0002", () => project.PredictByKeyAsync("canary-none", test));
    }

    private async Task FailAsync(string sqlState, Func<Task> call)
    {
        var error = await Should.ThrowAsync<GraincastException>(call);
        error.SqlState.ShouldBe(sqlState, error.Message);
        _errors.Add(error.Message);
    }

    /// <summary>A row, written as the generator writes it.</summary>
    private sealed record Row(float X, string City) : IFeatureRecord<Row>
    {
        public static string[] FeatureNames => ["x", "city"];

        public static void WriteFeatures(Row record, ref FeatureWriter writer)
        {
            writer.Number(record.X, nameof(X));
            writer.Text(record.City);
        }
    }
}
