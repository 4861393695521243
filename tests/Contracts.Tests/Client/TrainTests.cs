using Graincast.Projects;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>Trainings are streams, and happen once.</summary>
public sealed class TrainTests : IAsyncLifetime
{
    private StandInSilo _silo = null!;
    private GraincastClient _client = null!;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _silo = await StandInSilo.StartNewAsync();
        _client = await _silo.ConnectAsync();
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Progress_comes_first_and_the_model_last()
    {
        _silo.Script.Train = (_, _) => Updates(new TrainingUpdate("linear: 150 rows", null), new TrainingUpdate("done", Model));
        List<TrainingUpdate> updates = await ReadAsync();
        updates.Select(update => update.Text).ShouldBe(["linear: 150 rows", "done"]);
        updates[^1].Model.ShouldBe(Model);
        ReceivedCall call = _silo.Script.Received.ShouldHaveSingleItem();
        (call.Token, call.Argument).ShouldBe(("token-1", Request));
    }

    [Fact]
    public async Task A_training_refused_for_its_token_is_begun_with_a_fresh_one()
    {
        _silo.Script.Train = (call, _) => call.Token == "token-1" ? Failing(SqlState.InvalidAuthorization) : Updates(new TrainingUpdate("done", Model));
        (await ReadAsync()).ShouldHaveSingleItem().Model.ShouldBe(Model);
        _silo.Script.Received.Select(call => call.Token).ShouldBe(["token-1", "token-2"]);
    }

    [Theory, InlineData(SqlState.ConnectionLost), InlineData(SqlState.ConnectionFailure), InlineData(SqlState.SerializationFailure)]
    public async Task A_training_that_fails_is_not_begun_again(string state)
    {
        _silo.Script.Train = (_, _) => Failing(state, new TrainingUpdate("linear: 150 rows", null));
        (await Should.ThrowAsync<GraincastException>(ReadAsync)).SqlState.ShouldBe(state);
        _silo.Script.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_training()
    {
        var ended = new TaskCompletionSource();
        _silo.Script.Train = (_, cancellationToken) => Endless(ended, cancellationToken);
        await foreach (TrainingUpdate update in _client.Project("fraud").TrainAsync(Request, Test))
        {
            update.Text.ShouldBe("under way");
            break;
        }

        await ended.Task.WaitAsync(Test);
    }

    private static TrainedModel Model { get; } = new(12, "linear", true, "{\"r2\": 0.9}");

    private static TrainingRequest Request { get; } = new() { Relation = "payments", Label = "is_fraud", Task = "classification", TestSize = 0.2f };

    private async Task<List<TrainingUpdate>> ReadAsync()
    {
        List<TrainingUpdate> updates = [];
        await foreach (TrainingUpdate update in _client.Project("fraud").TrainAsync(Request, Test))
        {
            updates.Add(update);
        }

        return updates;
    }

    private static async IAsyncEnumerable<TrainingUpdate> Updates(params TrainingUpdate[] updates)
    {
        foreach (TrainingUpdate update in updates)
        {
            await Task.Yield();
            yield return update;
        }
    }

    private static async IAsyncEnumerable<TrainingUpdate> Failing(string state, params TrainingUpdate[] updates)
    {
        await foreach (TrainingUpdate update in Updates(updates))
        {
            yield return update;
        }

        throw new GraincastException(state, "it failed");
    }

    private static async IAsyncEnumerable<TrainingUpdate> Endless(TaskCompletionSource ended, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return new TrainingUpdate("under way", null);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            ended.SetResult();
        }
    }
}
