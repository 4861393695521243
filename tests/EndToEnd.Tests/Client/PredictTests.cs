using Graincast.Models;
using Graincast.Onnx;
using Graincast.Projects;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>What SQL answers, the SDK answers, under the same rights and with the same errors.</summary>
public sealed class PredictTests(GraincastServer server) : IAsyncLifetime
{
    private const int Rows = 500;
    private const string Features = "SELECT pgml.predict_proba('sdk', ARRAY[a, b]::real[]), pgml.predict('sdk', ARRAY[a, b]::real[]), a, b FROM sdk.rows ORDER BY id";

    private RunningClient _client = null!;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private GraincastProject Project => _client.Project("sdk");

    public async ValueTask InitializeAsync()
    {
        await using var owner = await server.ConnectAsAsync("sdk");
        await using var superuser = await Session.OpenAsync(server);
        await superuser.ExecuteAsync($"""
            CREATE SCHEMA IF NOT EXISTS sdk AUTHORIZATION sdk;
            DELETE FROM pgml.projects WHERE name = 'sdk';
            """);
        await using var session = await Session.OpenAsync(server, "sdk");
        await session.ExecuteAsync($"""
            DROP TABLE IF EXISTS sdk.rows CASCADE;
            CREATE TABLE sdk.rows AS SELECT i AS id, (sin(i) * 10)::real AS a, (i % 7)::real AS b, (ARRAY['low', 'middle', 'high'])[1 + (i % 7) / 3] AS y FROM generate_series(1, {Rows}) i;
            ALTER TABLE sdk.rows ADD PRIMARY KEY (id);
            CREATE VIEW sdk.learnt AS SELECT a, b, y FROM sdk.rows;
            SELECT pgml.train('sdk', 'classification', 'sdk.learnt', 'y', 'lightgbm', '{"{\"n_estimators\": 10}"}');
            GRANT USAGE ON SCHEMA sdk TO graincast; GRANT SELECT ON sdk.rows, sdk.learnt TO graincast;
            SELECT pgml.create_feature_source('sdk', 'sdk.rows');
            """);
        _client = await RunningClient.StartAsync(server.ConnectionString("sdk"));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Every_row_is_answered_bit_for_bit_as_in_SQL_by_features_in_a_batch_and_by_key()
    {
        var rows = await ReadAsync();
        var batch = await Project.PredictBatchAsync(rows.SelectMany(row => row.Features).ToArray(), Test);
        batch.Select(BitConverter.SingleToInt32Bits).ShouldBe(rows.Select(row => BitConverter.SingleToInt32Bits(row.Answer)));
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var answer in new[] { await Project.GetPredictionAsync(rows[i].Features, Test), await Project.PredictByKeyAsync(i + 1, Test) })
            {
                BitConverter.SingleToInt32Bits(answer.Value).ShouldBe(BitConverter.SingleToInt32Bits(rows[i].Answer));
                answer.Probabilities.Select(BitConverter.SingleToInt32Bits).ShouldBe(rows[i].Probabilities.Select(BitConverter.SingleToInt32Bits));
                answer.Label.ShouldBe(answer.Labels[(int)answer.Value]);
                answer.Node.ShouldBe("0");
            }
        }
    }

    [Fact]
    public async Task An_ONNX_model_answers_as_in_SQL()
    {
        await using var session = await Session.OpenAsync(server, "sdk");
        await session.ScalarAsync<long>("SELECT pgml.import_model('sdk', 'classification', $1)", OnnxFiles.Stump(new[] { "low", "high" }, isZipped: true));

        (await Project.PredictBatchAsync(new float[] { 0, 0, 0, 1, 0, 0.5f }, Test)).ShouldBe([0, 1, 0], "labels are in the file's order");
        var answer = await Project.GetPredictionAsync(new float[] { 0, 1 }, Test);
        (answer.Value, answer.Label).ShouldBe((1, "high"));
        answer.Labels.ShouldBe(["low", "high"]);
        answer.Probabilities.ShouldBe([0.25f, 0.75f]);
    }

    [Fact(Explicit = true)]
    public async Task A_million_predictions_are_bit_for_bit_those_of_SQL()
    {
        const int rows = 1_000_000;
        const int batch = 20_000;
        await using var session = await Session.OpenAsync(server, "sdk");
        var asked = await session.ScalarAsync<float[]>($"SELECT array_agg(v ORDER BY i, place) FROM (SELECT i, sin(i)::real * 10 AS a, (i % 7)::real AS b FROM generate_series(1, {rows}) i) r, unnest(ARRAY[a, b]::real[]) WITH ORDINALITY u (v, place)");
        var expected = await session.ScalarAsync<float[]>($"SELECT array_agg(pgml.predict('sdk', ARRAY[sin(i)::real * 10, i % 7]::real[]) ORDER BY i) FROM generate_series(1, {rows}) i");
        asked.Length.ShouldBe(2 * rows);
        for (var from = 0; from < rows; from += batch)
        {
            var answers = await Project.PredictBatchAsync(asked.AsMemory(2 * from, 2 * batch), Test);
            answers.AsSpan().SequenceEqual(expected.AsSpan(from, batch)).ShouldBeTrue($"rows {from} to {from + batch}");
        }
        var single = new float[rows / 10];
        await Parallel.ForAsync(0, single.Length, Test, async (i, token) => single[i] = await Project.PredictAsync(asked[(2 * i)..(2 * i + 2)], token));
        single.AsSpan().SequenceEqual(expected.AsSpan(0, single.Length)).ShouldBeTrue("one call a row");
    }

    [Fact]
    public async Task Errors_are_those_of_SQL()
    {
        await FailAsync("22023", () => Project.PredictAsync([1f], Test));
        await FailAsync("22004", () => Project.PredictAsync([1f, float.NaN], Test));
        await FailAsync("22004", () => Project.PredictBatchAsync(new[] { 1f, 1f, 1f, float.NaN }, Test));
        await FailAsync("22023", () => Project.PredictBatchAsync(new[] { 1f, 1f, 1f }, Test));
        await FailAsync("P0002", () => Project.PredictByKeyAsync(0, Test));
        await FailAsync("22P02", () => Project.PredictByKeyAsync("x", Test));
        await FailAsync("22023", () => Project.PredictByKeyAsync(RowKey.Of("1", "2"), Test));
        await FailAsync("42704", () => _client.Project("no such").PredictAsync([1f], Test));
        await server.ConnectAsAsync("sdk_stranger");
        await using var stranger = await RunningClient.StartAsync(server.ConnectionString("sdk_stranger"));
        await FailAsync("42501", () => stranger.Project("sdk").PredictAsync([1f, 1f], Test));
        await FailAsync("42501", () => stranger.Project("sdk").PredictByKeyAsync(1, Test));
    }

    [Fact]
    public async Task A_deployment_is_followed_within_a_tenth_of_a_second_and_never_taken_back()
    {
        await using var session = await Session.OpenAsync(server, "sdk");
        await session.ExecuteAsync("SELECT pgml.train('sdk', NULL, 'sdk.learnt', 'y', 'linear', automatic_deploy => false)");
        long newest = 0;
        for (var i = 0; i < 20; i++)
        {
            await session.ExecuteAsync($"SELECT pgml.deploy('sdk', '{(i % 2 == 0 ? "most_recent" : "rollback")}')");
            var (seq, model) = (await session.ScalarAsync<long>("SELECT max(seq) FROM pgml.deployments d JOIN pgml.projects p ON p.id = d.project_id WHERE p.name = 'sdk'"),
                await session.ScalarAsync<long>("SELECT pgml.deployed_model('sdk')"));
            var clock = System.Diagnostics.Stopwatch.StartNew();
            // By key at once: the reader of the row looks.
            if (i % 4 < 2)
            {
                (await Project.PredictByKeyAsync(1, Test)).Model.ShouldBe(model);
            }
            Prediction answer;
            do
            {
                answer = await Project.GetPredictionAsync([1f, 1f], Test);
                answer.Deployment.ShouldBeGreaterThanOrEqualTo(newest);
                newest = answer.Deployment;
            }
            while (answer.Deployment < seq && clock.Elapsed < TimeSpan.FromSeconds(2));
            answer.Model.ShouldBe(model);
        }
    }

    [Fact]
    public async Task A_training_tells_its_progress_and_then_its_model()
    {
        List<TrainingUpdate> updates = [];
        await foreach (var update in Project.TrainAsync(new TrainingRequest { Relation = "sdk.learnt", Label = "y", Algorithm = "linear" }, Test))
        {
            updates.Add(update);
        }

        updates[0].Text.ShouldBe($"read {Rows} rows, 2 features");
        var model = updates[^1].Model.ShouldNotBeNull();
        model.Algorithm.ShouldBe("linear");
        System.Text.Json.JsonDocument.Parse(model.Metrics).RootElement.GetProperty("f1").GetDouble().ShouldBeGreaterThan(0);
        await using var session = await Session.OpenAsync(server, "sdk");
        (await session.ScalarAsync<long>("SELECT max(m.id) FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = 'sdk'")).ShouldBe(model.Id);
        (await session.ScalarAsync<string>("SELECT owner::text FROM pgml.projects WHERE name = 'sdk'")).ShouldBe("sdk");
    }

    [Fact]
    public async Task A_training_searches_excludes_weighs_and_is_seeded_as_in_SQL()
    {
        TrainingUpdate? last = null;
        await foreach (var update in Project.TrainAsync(
            new TrainingRequest
            {
                Relation = "sdk.rows", Label = "y", Algorithm = "ridge", Search = "grid", SearchParams = """{"alpha": [0.1, 10]}""", SearchArgs = """{"cv": 2}""",
                Seed = 42, Exclude = ["id"], WeightColumn = "b", AutomaticDeploy = false,
            },
            Test))
        {
            last = update;
        }

        var model = last.ShouldNotBeNull().Model.ShouldNotBeNull();
        await using var session = await Session.OpenAsync(server, "sdk");
        (await session.ScalarAsync<string>($"""
            SELECT concat_ws(' ', m.seed, m.num_features, m.search, m.search_params ->> 'alpha', m.search_args ->> 'cv', s.exclude, s.weight_column)
            FROM pgml.models m JOIN pgml.snapshots s ON s.id = m.snapshot_id WHERE m.id = {model.Id}
            """)).ShouldBe("42 1 grid [0.1, 10] 2 {id} b");
    }

    private static async Task FailAsync(string sqlState, Func<Task> call)
    {
        var error = await Should.ThrowAsync<GraincastException>(call);
        error.SqlState.ShouldBe(sqlState, error.Message);
    }

    private async Task<List<(float[] Features, float Answer, float[] Probabilities)>> ReadAsync()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(server.ConnectionString("sdk").ConnectionString);
        await using var command = source.CreateCommand(Features);
        await using var reader = await command.ExecuteReaderAsync(Test);
        List<(float[], float, float[])> rows = [];
        while (await reader.ReadAsync(Test))
        {
            rows.Add(([reader.GetFloat(2), reader.GetFloat(3)], reader.GetFloat(1), reader.GetFieldValue<float[]>(0)));
        }
        return rows;
    }
}
