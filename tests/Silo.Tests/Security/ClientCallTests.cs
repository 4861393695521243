using System.Security.Cryptography;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Projects;
using Graincast.Supervision;
using Graincast.Training;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace Graincast.Security;

/// <summary>What a real client of a real silo may call, and as whom.</summary>
public sealed class ClientCallTests : IAsyncLifetime
{
    private ClientCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await ClientCluster.StartAsync();

    public ValueTask DisposeAsync()
    {
        RequestContext.Clear();
        return _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_call_acts_for_the_role_of_its_token_whatever_role_the_client_names()
    {
        RequestContext.Set(CallContext.Token, await _cluster.IssueAsync("alice"));
        RequestContext.Set(CallContext.Role, "postgres");

        (await FirstAsync(_cluster.Project())).ShouldBe("app/fraud for alice, token: none");
        (await FailAsync(() => _cluster.Project().PredictAsync(new FeatureRow { Numbers = [1] }, 0, Cancellation))).SqlState.ShouldBe(SqlState.UndefinedObject);
    }

    [Fact]
    public async Task A_call_without_a_token_or_with_one_of_another_database_is_refused_however_it_is_made()
    {
        RequestContext.Set(CallContext.Role, "postgres");
        await RefuseAsync("the call has no token");
        RequestContext.Set(CallContext.Token, 4711);
        await RefuseAsync("the call has no token");
        RequestContext.Set(CallContext.Token, "AQ.Ag");
        await RefuseAsync("damaged");
        RequestContext.Set(CallContext.Token, await _cluster.IssueAsync("alice", "another"));
        await RefuseAsync("database \"another\"");
        RequestContext.Set(CallContext.Token, await _cluster.Tokens.IssueAsync("alice", "app", TimeSpan.FromMinutes(1), 4711, Cancellation));
        await RefuseAsync("not one for clients");

        async Task RefuseAsync(string why)
        {
            foreach (Func<Task> call in new Func<Task>[]
            {
                () => _cluster.Project().PredictAsync(new FeatureRow { Numbers = [1] }, 0, Cancellation),
                () => _cluster.Project().PredictBatchAsync([1], 0, Cancellation),
                () => _cluster.Project().PredictByKeyAsync(RowKey.Of("1"), 0, Cancellation),
                () => FirstAsync(_cluster.Project()),
            })
            {
                GraincastException error = await FailAsync(call);
                error.SqlState.ShouldBe(SqlState.InvalidAuthorization);
                error.Message.ShouldContain(why);
                error.Hint.ShouldContain("pgml.client_token()");
            }
        }
    }

    [Theory, InlineData("forged"), InlineData("expired"), InlineData("foreign")]
    public async Task None_of_a_thousand_calls_is_served_with_a_token_that_is(string kind)
    {
        string good = await _cluster.IssueAsync("alice");
        TokenKey key = (await _cluster.Keys.ReadAsync(Cancellation))[0];
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var random = new Random(4711);
        int served = 0;
        for (int call = 0; call < 1_000; call++)
        {
            TimeSpan past = TimeSpan.FromSeconds(random.Next(10, 100_000));
            RequestContext.Set(CallContext.Token, kind switch
            {
                "expired" => TokenText.Write(new Token("alice", "app", "graincast", now - past - past, now - past, 0), key),
                "foreign" => TokenText.Write(
                    new Token("alice", "app", "graincast", now, now + past, 0), new TokenKey(key.Id, RandomNumberGenerator.GetBytes(TokenKey.SecretBytes), key.Created)),
                _ => Forge(good, random),
            });
            Exception? refusal = await Record.ExceptionAsync(() => FirstAsync(_cluster.Project()));
            served += refusal is GraincastException { SqlState: SqlState.InvalidAuthorization } ? 0 : 1;
        }

        served.ShouldBe(0);
        RequestContext.Set(CallContext.Token, good);
        (await FirstAsync(_cluster.Project())).ShouldStartWith("app/fraud for alice");
    }

    [Fact]
    public async Task Everything_but_projects_is_refused()
    {
        RequestContext.Set(CallContext.Token, await _cluster.IssueAsync("postgres"));
        IGrainFactory client = _cluster.Client;
        string run = "1";
        string model = new NodeKey("0", $"app/{new string('a', 64)}").ToString();
        foreach ((string name, Func<Task> call) in new (string, Func<Task>)[]
        {
            ("IModelGrain", () => client.GetGrain<IModelGrain>(model).OpenAsync("postgres")),
            ("ISupervisorGrain", () => client.GetGrain<ISupervisorGrain>(run).CancelAsync()),
            ("IAsyncEnumerableGrainExtension", () => client.GetGrain<ISupervisorGrain>(run).FitAsync(1, Cancellation).GetAsyncEnumerator(Cancellation).MoveNextAsync().AsTask()),
            ("IRunGrain", () => client.GetGrain<IRunGrain>(run).IsUnderWayAsync()),
            ("IRunsGrain", () => client.GetGrain<IRunsGrain>(new NodeKey("0", "runs").ToString()).ListAsync()),
            ("IManagementGrain", () => client.GetGrain<IManagementGrain>(0).GetHosts(false)),
            ("IGrainManagementExtension", () => _cluster.Project().AsReference<Orleans.Core.Internal.IGrainManagementExtension>().DeactivateOnIdle().AsTask()),
        })
        {
            Exception? thrown = await Record.ExceptionAsync(call);
            var error = thrown.ShouldBeOfType<GraincastException>($"{name}: {thrown}");
            error.SqlState.ShouldBe(SqlState.InsufficientPrivilege, name);
            error.Message.ShouldContain(name);
        }

        _cluster.Catalog.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_silos_own_calls_pass_without_a_token()
    {
        RequestContext.Set(CallContext.Role, "alice");

        (await FirstAsync(_cluster.InSilo.GetGrain<IProjectGrain>("app/fraud"))).ShouldBe("app/fraud for alice, token: none");
        await FailAsync(() => _cluster.InSilo.GetGrain<IModelGrain>(new NodeKey("0", $"app/{new string('a', 64)}").ToString()).OpenAsync("alice"));
        _cluster.Catalog.Asked.ShouldBeGreaterThan(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_enumeration_that_the_client_ends_is_cancelled_in_the_silo(bool byToken)
    {
        RequestContext.Set(CallContext.Token, await _cluster.IssueAsync("alice"));
        using var cancel = new CancellationTokenSource();
        IAsyncEnumerator<TrainingUpdate> updates = _cluster.Project().TrainAsync(new TrainingRequest { Task = ClientCluster.Endless }, cancel.Token).GetAsyncEnumerator(cancel.Token);
        (await updates.MoveNextAsync()).ShouldBeTrue();
        // Goes on without a token: it may have expired since.
        RequestContext.Remove(CallContext.Token);

        if (byToken)
        {
            Task<bool> next = updates.MoveNextAsync().AsTask();
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => next);
        }

        await updates.DisposeAsync();
        await _cluster.Trainer.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    /// <summary>Another character at some place.</summary>
    private static string Forge(string token, Random random)
    {
        char[] text = token.ToCharArray();
        int at = random.Next(text.Length);
        text[at] = text[at] == 'A' ? 'B' : 'A';
        return new string(text);
    }

    private static async Task<string> FirstAsync(IProjectGrain project)
    {
        List<TrainingUpdate> updates = await project.TrainAsync(new TrainingRequest(), Cancellation).ToListAsync(Cancellation);
        updates[^1].Model.ShouldNotBeNull();
        return updates[0].Text;
    }

    private static Task<GraincastException> FailAsync(Func<Task> call) => Should.ThrowAsync<GraincastException>(call);
}
