using Graincast.Onnx;
using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

[Collection(FailureCollection.Name)]
public sealed class ScorerKilledTests(GraincastServer server)
{
    [Fact]
    public async Task A_killed_scorer_costs_nothing_and_a_killed_silo_the_predictions_of_ONNX_models()
    {
        await using var session = await Session.OpenAsync(server);
        await session.ScalarAsync<long>("SELECT pgml.import_model('scored', 'regression', $1)", OnnxFiles.Linear([2], 0));
        (await PredictAsync(session)).ShouldBe(6);

        int silo = server.SiloPid;
        Signal.Send(Processes.Children(silo, "score-worker").Single(), Signal.Kill);
        (await PredictAsync(session)).ShouldBe(6);
        server.SiloPid.ShouldBe(silo);

        int scorer = Processes.Children(silo, "score-worker").Single();
        server.RemoveImages();
        await server.KillSiloAsync();
        await Wait.UntilAsync("the scorer is gone with its silo", () => !Processes.IsAlive(scorer));
        // A new connection: it reads the image from the catalog, which is of no help here, so it must not be told that predictions go on.
        await using var late = await Session.OpenAsync(server);
        (await late.FailAsync("SELECT pgml.predict('scored', ARRAY[3])")).SqlState.ShouldBe(SqlState.ConnectionFailure);
        late.Notices.ShouldBeEmpty();
        PostgresException error = await session.FailAsync("SELECT pgml.predict('scored', ARRAY[3])");
        (error.SqlState, error.Hint?.Length > 0).ShouldBe((SqlState.ConnectionFailure, true), error.MessageText);
        await session.MustLiveOnAsync();

        await server.StartSiloAsync();
        (await PredictAsync(session)).ShouldBe(6);
        await session.ExecuteAsync("SELECT pgml.drop_project('scored')");
    }

    private static Task<float> PredictAsync(Session session) => session.ScalarAsync<float>("SELECT pgml.predict('scored', ARRAY[3])");
}
