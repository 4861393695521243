using Graincast.Models;
using Graincast.Projects;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>What a call carries and what comes back.</summary>
public sealed class CallTests : IAsyncLifetime
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
    public async Task Features_go_to_the_project_of_the_database_with_the_token()
    {
        (await _client.Project("fraud").PredictAsync([1f, 2f], Test)).ShouldBe(1);
        ReceivedCall call = _silo.Script.Received.ShouldHaveSingleItem();
        call.Grain.ShouldBe("app/fraud");
        call.Token.ShouldBe("token-1");
        call.Argument.ShouldBeOfType<FeatureRow>().Numbers.ShouldBe([1f, 2f]);
    }

    [Fact]
    public async Task A_key_goes_as_its_texts_and_the_whole_answer_comes_back()
    {
        Prediction answer = await _client.Project("fraud").PredictByKeyAsync(4711, Test);
        (answer.Label, answer.Probabilities[1], answer.Model, answer.Node).ShouldBe(("yes", 0.75f, 7, "0"));
        _silo.Script.Received.ShouldHaveSingleItem().Argument.ShouldBe((RowKey)4711);
    }

    [Fact]
    public async Task A_batch_and_a_slice_of_memory_are_sent_whole()
    {
        (await _client.Project("fraud").PredictBatchAsync(new float[] { 1, 2, 3, 4 }.AsMemory(1, 2), Test)).ShouldBe([1f]);
        _silo.Script.Received.ShouldHaveSingleItem().Argument.ShouldBe(new float[] { 2, 3 });
    }

    [Fact]
    public async Task Answers_never_go_back_to_an_older_deployment_whatever_the_order_they_come_in()
    {
        foreach ((string project, long deployment, long since) in new[] { ("fraud", 5L, 0L), ("fraud", 3, 5), ("churn", 2, 0), ("fraud", 8, 5), ("fraud", 8, 8) })
        {
            _silo.Script.Answer = (_, _) => Task.FromResult(Script.Of(1, deployment));
            await _client.Project(project).PredictAsync([1f], Test);
            _silo.Script.Received.Last().Since.ShouldBe(since);
        }
    }

    [Fact]
    public async Task A_call_refused_for_its_token_is_tried_once_more_with_a_fresh_one()
    {
        _silo.Script.Answer = (call, _) => call.Token == "token-1" ? throw Refused() : Task.FromResult(Script.Of(2));
        (await _client.Project("fraud").PredictAsync([1f], Test)).ShouldBe(2);
        _silo.Script.Received.Select(call => call.Token).ShouldBe(["token-1", "token-2"]);
    }

    [Fact]
    public async Task A_token_refused_twice_is_the_callers_error()
    {
        _silo.Script.Answer = (_, _) => throw Refused();
        var error = await Should.ThrowAsync<GraincastException>(() => _client.Project("fraud").PredictAsync([1f], Test));
        (error.SqlState, error.Hint).ShouldBe((SqlState.InvalidAuthorization, "SELECT pgml.client_token()"));
        _silo.Script.Received.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_error_of_the_project_comes_unchanged_and_is_not_asked_for_twice()
    {
        _silo.Script.Answer = (_, _) => throw new GraincastException(SqlState.UndefinedObject, "project \"fraud\" does not exist", "Train it.", "It never did.");
        var error = await Should.ThrowAsync<GraincastException>(() => _client.Project("fraud").PredictAsync([1f], Test));
        (error.SqlState, error.Message, error.Hint, error.Detail).ShouldBe((SqlState.UndefinedObject, "project \"fraud\" does not exist", "Train it.", "It never did."));
        _silo.Script.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_fault_in_the_silo_is_an_internal_error_that_names_the_call()
    {
        _silo.Script.Answer = (_, _) => throw new InvalidOperationException("a bug");
        var error = await Should.ThrowAsync<GraincastException>(() => _client.Project("fraud").PredictAsync([1f], Test));
        error.SqlState.ShouldBe(SqlState.InternalError);
        error.Message.ShouldBe("PredictAsync of project \"fraud\" failed: a bug");
    }

    [Fact]
    public async Task Cancelling_a_call_cancels_it_in_the_silo_too()
    {
        var reached = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        _silo.Script.Answer = async (_, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            reached.SetResult();
            await cancelled.Task;
            throw new OperationCanceledException();
        };
        using var source = new CancellationTokenSource();
        Task<float> call = _client.Project("fraud").PredictAsync([1f], source.Token);
        await reached.Task.WaitAsync(Test);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await cancelled.Task.WaitAsync(Test);
    }

    private static GraincastException Refused() => new(SqlState.InvalidAuthorization, "the token has expired", "SELECT pgml.client_token()");
}
