using System.Net;
using Graincast.Projects;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Graincast.Client;

/// <summary>Silos that come and go under a client.</summary>
public sealed class FailoverTests : IAsyncDisposable
{
    private readonly StandInSilo _silo = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_prediction_whose_connection_breaks_is_sent_again_at_once()
    {
        await using var silo = new StandInSilo(isRelayed: true);
        await silo.StartAsync();
        GraincastClient client = await silo.ConnectAsync();
        var reached = new TaskCompletionSource();
        var never = new TaskCompletionSource<Models.Prediction>();
        silo.Script.Answer = (_, _) =>
        {
            reached.SetResult();
            return never.Task;
        };
        long started = TimeProvider.System.GetTimestamp();
        Task<float> call = client.Project("fraud").PredictAsync([1f], Test);
        await reached.Task.WaitAsync(Test);
        silo.Script.Answer = (_, _) => Task.FromResult(Script.Of(3));
        silo.Relay!.Cut();
        (await call).ShouldBe(3);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(8), "not by the attempt's timeout");
        never.SetCanceled(Test);
    }

    [Fact]
    public async Task No_prediction_fails_while_the_silo_is_restarted()
    {
        await _silo.StartAsync();
        GraincastClient client = await _silo.ConnectAsync();
        using var restarted = new CancellationTokenSource();
        Task<int> predictions = PredictAsync(client.Project("fraud"), restarted.Token);
        await _silo.StopAsync();
        await _silo.StartAsync();
        await restarted.CancelAsync();
        (await predictions).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_silo_that_stays_silent_is_asked_again()
    {
        await _silo.StartAsync();
        GraincastClient client = await _silo.ConnectAsync(options => options.AttemptTimeout = TimeSpan.FromMilliseconds(200));
        var never = new TaskCompletionSource<Models.Prediction>();
        _silo.Script.Answer = (_, _) => _silo.Script.Received.Count == 1 ? never.Task : Task.FromResult(Script.Of(4));
        (await client.Project("fraud").PredictAsync([1f], Test)).ShouldBe(4);
        never.SetCanceled(Test);
    }

    [Fact]
    public async Task A_prediction_that_nobody_answers_in_time_is_08006_with_the_time()
    {
        await _silo.StartAsync();
        GraincastClient client = await _silo.ConnectAsync(options => options.ResponseTimeout = TimeSpan.FromMilliseconds(300));
        var never = new TaskCompletionSource<Models.Prediction>();
        _silo.Script.Answer = (_, _) => never.Task;
        var error = await Should.ThrowAsync<GraincastException>(() => client.Project("fraud").PredictAsync([1f], Test));
        (error.SqlState, error.Message).ShouldBe((SqlState.ConnectionLost, "PredictAsync of project \"fraud\" was not answered in time."));
        error.Hint.ShouldContain("0.3 s");
        never.SetCanceled(Test);
    }

    [Fact]
    public async Task Without_a_silo_a_call_is_08001_and_says_where_none_was()
    {
        await _silo.StartAsync();
        GraincastClient client = await _silo.ConnectAsync(options => options.ResponseTimeout = TimeSpan.FromSeconds(1));
        (await client.Project("fraud").PredictAsync([1f], Test)).ShouldBe(1);
        await _silo.StopAsync();
        var error = await Should.ThrowAsync<GraincastException>(() => client.Project("fraud").PredictAsync([1f], Test));
        error.SqlState.ShouldBe(SqlState.ConnectionFailure);
        error.Hint.ShouldContain($"127.0.0.1:{_silo.GatewayPort}");
    }

    [Fact]
    public async Task Without_a_silo_the_start_ends_with_08001()
    {
        using IHost host = _silo.Client(options => options.ConnectTimeout = TimeSpan.FromMilliseconds(1));
        var error = await Should.ThrowAsync<GraincastException>(() => host.StartAsync(Test));
        (error.SqlState, error.Message.Split(':')[0]).ShouldBe((SqlState.ConnectionFailure, "No silo of cluster \"graincast\" can be reached"));
    }

    [Fact]
    public async Task The_start_waits_for_a_silo_that_is_late()
    {
        Task<GraincastClient> connect = _silo.ConnectAsync();
        await _silo.StartAsync();
        (await (await connect.WaitAsync(Test)).Project("fraud").PredictAsync([1f], Test)).ShouldBe(1);
    }

    [Fact]
    public async Task A_training_whose_silo_goes_is_lost_and_not_begun_again()
    {
        await _silo.StartAsync();
        GraincastClient client = await _silo.ConnectAsync(options => options.ResponseTimeout = TimeSpan.FromSeconds(2));
        _silo.Script.Train = (_, cancellationToken) => Endless(cancellationToken);
        var error = await Should.ThrowAsync<GraincastException>(async () =>
        {
            await foreach (TrainingUpdate _ in client.Project("fraud").TrainAsync(new TrainingRequest(), Test))
            {
                await _silo.StopAsync();
                await _silo.StartAsync();
            }
        });
        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        _silo.Script.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_whose_host_does_not_run_says_so()
    {
        await _silo.StartAsync();
        using IHost host = _silo.Client();
        var client = (GraincastClient)host.Services.GetService(typeof(GraincastClient))!;
        (await Should.ThrowAsync<GraincastException>(() => client.Project("fraud").PredictAsync([1f], Test))).Hint.ShouldContain("host.StartAsync()");
        await host.StartAsync(Test);
        (await client.Project("fraud").PredictAsync([1f], Test)).ShouldBe(1);
        await host.StopAsync(Test);
        (await Should.ThrowAsync<GraincastException>(() => client.Project("fraud").PredictAsync([1f], Test))).SqlState.ShouldBe(SqlState.ConnectionFailure);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_named_when_the_client_starts()
    {
        using IHost host = _silo.Client(options =>
        {
            options.UseGateways();
            options.UseAdoNetClustering("Host=127.0.0.1;Port=1;Database=nowhere;Username=alice");
            options.ConnectTimeout = TimeSpan.FromMilliseconds(1);
        });
        var error = await Should.ThrowAsync<GraincastException>(() => host.StartAsync(Test));
        error.SqlState.ShouldBe(SqlState.ConnectionFailure);
        error.Message.ShouldStartWith("The database \"nowhere\" at 127.0.0.1:1 cannot be reached");
    }

    private static async Task<int> PredictAsync(GraincastProject project, CancellationToken end)
    {
        int count = 0;
        do
        {
            (await project.PredictAsync([1f], Test)).ShouldBe(1);
            count++;
        }
        while (!end.IsCancellationRequested);
        return count;
    }

    private static async IAsyncEnumerable<TrainingUpdate> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new TrainingUpdate("under way", null);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
